import { fileURLToPath } from 'node:url'
import type { LabNode } from '../lab/node.js'
import type { NodeProcess } from '../lab/process.js'
import { lineSplitter } from '../observe/lines.js'
import { waitFor } from '../observe/wait.js'

/** One request of a client, after it has ended. */
export interface Request {
  /** Name of the node that asked. */
  readonly client: string
  /** Counts the requests of this client from 0, in the order in which they were sent. */
  readonly number: number
  /** When it was sent, as wallClock(). */
  readonly at: number
  readonly ms: number
  readonly url: string
  /** Name of the host that answered; null when none did. */
  readonly from: string | null
  readonly error: string | null
}

/** Milliseconds between two requests of a client unless told otherwise. */
const usualPace = 4
/**
 * Milliseconds after which a request counts as lost. A packet that was dropped is sent again after one second: that costs no
 * request, and is seen in the slowest answer.
 */
const patience = 3_000

/** The requests of all clients, from their start on. */
export class Traffic {
  readonly requests: Request[] = []
  readonly #clients = new Map<string, Client>()

  /** Lets a node ask these URLs in turn, every `pace` milliseconds; a node that asks already asks these instead. */
  async start(node: LabNode, urls: readonly string[], pace = usualPace): Promise<void> {
    await this.#clients.get(node.name)?.process.stop()
    const requests: Request[] = []
    const onStdout = lineSplitter((lines) => {
      const more = lines.map((line) => JSON.parse(line) as Request)
      requests.push(...more)
      this.requests.push(...more)
    })
    const command = [process.execPath, script, node.name, String(pace), String(patience), ...urls]
    this.#clients.set(node.name, { process: await node.spawn(command, { onStdout }), requests })
  }

  /** Requests that were sent in a span of time; waits until the last of them has ended. None before the start. */
  async sentBetween(from: number, to: number): Promise<Request[]> {
    for (const [name, { process, requests }] of this.#clients) {
      await waitFor(() => allEnded(requests, to), {
        what: `the requests of ${name} have ended`,
        explain: () => process.tail(),
      })
    }
    return this.requests.filter(({ at }) => at >= from && at <= to)
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#clients.values()].map(({ process }) => process.stop()))
    this.#clients.clear()
  }
}

interface Client {
  readonly process: NodeProcess
  readonly requests: readonly Request[]
}

const script = fileURLToPath(new URL('client.js', import.meta.url))

/** Whether all that was sent until then has ended. Requests end in another order than that of their numbers. */
function allEnded(requests: readonly Request[], until: number): boolean {
  const later = requests.filter(({ at }) => at > until).map(({ number }) => number)
  const first = Math.min(...later)
  return later.length > 0 && requests.filter(({ number }) => number < first).length === first
}

/** Answers by host, how many had none, and how long the slowest of them took in milliseconds; null when there is none. */
export function tally(requests: readonly Request[]): {
  readonly byHost: Record<string, number>
  readonly lost: number
  readonly slowest: number | null
} {
  const byHost: Record<string, number> = {}
  let slowest: number | null = null
  for (const { from, ms } of requests) {
    if (from === null) continue
    byHost[from] = (byHost[from] ?? 0) + 1
    slowest = Math.max(slowest ?? 0, ms)
  }
  return { byHost, lost: requests.filter(({ from }) => from === null).length, slowest }
}
