import { fileURLToPath } from 'node:url'
import type { LabNode } from '../lab/node.js'
import type { NodeProcess } from '../lab/process.js'
import { wallClock } from '../observe/clock.js'
import { lineSplitter } from '../observe/lines.js'
import { waitFor } from '../observe/wait.js'

/** What a client noticed in a span of time. */
export interface Noticed {
  /** How often it had to connect anew. */
  readonly reconnected: number
  /** Milliseconds of the longest time without an answer. */
  readonly away: number
}

/** A line of the client. */
type Line = { readonly at: number } & ({ readonly connected: true } | { readonly from: string })

/** Milliseconds between two questions, and without an answer until the client gives the connection up. */
const every = 10
const patience = 1_000

/** Starts what answers sessions with the node's name, on all addresses of the node; resolves when it listens. */
export async function serveSessions(node: LabNode, port: number): Promise<NodeProcess> {
  const server = await node.spawn([process.execPath, script('session-server.js'), node.name, String(port)])
  await waitFor(() => server.tail().includes('listen'), {
    what: `${node.name}: sessions are answered on port ${port}`,
    explain: () => server.tail(),
  })
  return server
}

/**
 * A client that holds one TCP connection open and connects anew whenever it breaks, as programs do whose server moves.
 *
 *     const session = await Session.start(lab.node('client'), vip, 445)
 *     await session.answeredBy('host2')
 *     session.noticed(since)            // { reconnected, away }
 */
export class Session {
  readonly #lines: Line[] = []
  readonly #process: NodeProcess

  private constructor(
    readonly address: string,
    process: NodeProcess,
    lines: Line[],
  ) {
    this.#process = process
    this.#lines = lines
  }

  /** Begins to connect. */
  static async start(client: LabNode, address: string, port: number): Promise<Session> {
    const lines: Line[] = []
    const onStdout = lineSplitter((texts) => lines.push(...texts.map((text) => JSON.parse(text) as Line)))
    const words = [address, port, every, patience].map(String)
    const process = await client.spawn([globalThis.process.execPath, script('session-client.js'), ...words], {
      onStdout,
    })
    return new Session(address, process, lines)
  }

  /** Waits for an answer of this host that comes from now on; resolves with its time. */
  async answeredBy(host: string): Promise<number> {
    const since = wallClock()
    const fits = (line: Line): boolean => line.at > since && 'from' in line && line.from === host
    const what = `${this.address} is answered by ${host}`
    return (await waitFor(() => this.#lines.find(fits), { what, timeoutMs: 30_000 })).at
  }

  /** From one time until now, as wallClock(); being away that has not ended yet counts as it is. */
  noticed(since: number): Noticed {
    const after = this.#lines.filter(({ at }) => at >= since)
    const last = this.#lines.findLast((line) => line.at < since && 'from' in line)
    const answers = after.filter((line) => 'from' in line).map(({ at }) => at)
    const times = [last?.at ?? since, ...answers, wallClock()]
    return {
      reconnected: after.filter((line) => 'connected' in line).length,
      away: Math.max(...times.slice(1).map((at, index) => at - (times[index] ?? at))),
    }
  }

  async stop(): Promise<void> {
    await this.#process.stop()
  }
}

function script(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url))
}
