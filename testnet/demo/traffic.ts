import { fileURLToPath } from 'node:url'
import type { LabNode } from '../lab/node.js'
import type { NodeProcess } from '../lab/process.js'
import { lineSplitter } from '../observe/lines.js'
import { waitFor } from '../observe/wait.js'

/** One request of the client, after it has ended. */
export interface Request {
  /** When it was sent, as wallClock(). */
  readonly at: number
  readonly ms: number
  readonly url: string
  /** Name of the host that answered; null when none did. */
  readonly from: string | null
  readonly error: string | null
}

/** Milliseconds between two requests, and after which one counts as lost. */
export const every = 4
export const patience = 1_000

/** The client's requests, from its start on. */
export class Traffic {
  readonly requests: Request[] = []
  #process: NodeProcess | undefined

  async start(client: LabNode, urls: readonly string[]): Promise<void> {
    const script = fileURLToPath(new URL('client.js', import.meta.url))
    const onStdout = lineSplitter((lines) => {
      for (const line of lines) this.requests.push(JSON.parse(line) as Request)
    })
    const command = [process.execPath, script, String(every), String(patience), ...urls]
    this.#process = await client.spawn(command, { onStdout })
  }

  /** Requests that were sent in a span of time; waits until the last of them has ended. None before the start. */
  async sentBetween(from: number, to: number): Promise<Request[]> {
    if (this.#process === undefined) return []
    await waitFor(() => this.requests.some(({ at, ms }) => at > to && at + ms > to + patience), {
      what: 'the last request has ended',
    })
    return this.requests.filter(({ at }) => at >= from && at <= to)
  }

  async stop(): Promise<void> {
    await this.#process?.stop()
  }
}

/** Answers by host, and how many had none. */
export function tally(requests: readonly Request[]): {
  readonly byHost: Record<string, number>
  readonly lost: number
} {
  const byHost: Record<string, number> = {}
  for (const { from } of requests) if (from !== null) byHost[from] = (byHost[from] ?? 0) + 1
  return { byHost, lost: requests.filter(({ from }) => from === null).length }
}
