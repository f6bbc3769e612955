import { fileURLToPath } from 'node:url'
import type { LabNode } from '../lab/node.js'
import type { NodeProcess } from '../lab/process.js'
import { wallClock } from '../observe/clock.js'
import { lineSplitter } from '../observe/lines.js'
import { waitFor, type WaitOptions } from '../observe/wait.js'

export interface TransferOptions {
  readonly client: LabNode
  /** A VIP, or an address of the server itself. */
  readonly address: string
  /** Of the server; 9000. */
  readonly port?: number
  /** Milliseconds without a byte after which the client gives up, as most programs do sooner or later; 10 s. */
  readonly patience?: number
  /** The client's own port, where the path is to be chosen: routers spread connections by their ports. */
  readonly localPort?: number
}

/** What a client got in a span of time. */
export interface Received {
  readonly bytes: number
  /** Milliseconds of the longest time without a byte. */
  readonly longestPause: number
}

/** How a transfer broke, and when. */
export interface Break {
  readonly at: number
  readonly reason: string
}

/** A line of the client. */
type Line = { readonly at: number } & ({ readonly bytes: number } | { readonly broken: string })

/** On which transfers are served unless told otherwise. */
export const transferPort = 9000

/** Starts what serves transfers, on all addresses of the node; resolves when it listens. */
export async function serveTransfers(node: LabNode, port = transferPort): Promise<NodeProcess> {
  const server = await node.spawn([process.execPath, script('transfer-server.js'), String(port)])
  await waitFor(() => server.tail().includes('listen'), {
    what: `${node.name}: transfers are served on port ${port}`,
    explain: () => server.tail(),
  })
  return server
}

/**
 * One long TCP transfer from a server to a client: a few kilobytes every 5 ms on a single connection, until it is stopped or
 * breaks.
 *
 *     await serveTransfers(lab.node('host'))
 *     const transfer = await Transfer.start({ client: lab.node('client'), address: vip })
 *     const since = wallClock()
 *     await lab.link('host:eth1').down()
 *     await transfer.goesOn()
 *     transfer.received(since)          // { bytes, longestPause }
 *     transfer.broken                   // undefined, or when and why
 */
export class Transfer {
  readonly address: string
  readonly #arrivals: { readonly at: number; readonly bytes: number }[] = []
  #broken: Break | undefined
  #process: NodeProcess | undefined
  #stopped = false

  private constructor(address: string) {
    this.address = address
  }

  /** Connects; resolves when the first bytes are there. */
  static async start(options: TransferOptions): Promise<Transfer> {
    const { client, address, port = transferPort, patience = 10_000, localPort } = options
    const transfer = new Transfer(address)
    const onStdout = lineSplitter((lines) => {
      for (const line of lines) transfer.#hear(JSON.parse(line) as Line)
    })
    const words = [address, port, patience, ...(localPort === undefined ? [] : [localPort])].map(String)
    const command = [process.execPath, script('transfer-client.js'), ...words]
    const started = await client.spawn(command, { onStdout })
    transfer.#process = started
    void started.exited.then(() => transfer.#ended(`the client ended: ${started.tail().trim()}`))
    await transfer.goesOn()
    return transfer
  }

  /** When it broke and why; undefined while the client still waits for more. */
  get broken(): Break | undefined {
    return this.#broken
  }

  /** What arrived from one time to another, as wallClock(); a pause that has not ended yet counts as it is. */
  received(from: number, to = wallClock()): Received {
    const within = this.#arrivals.filter(({ at }) => at >= from && at <= to)
    const times = [from, ...within.map(({ at }) => at), to]
    const pauses = times.slice(1).map((at, index) => at - (times[index] ?? at))
    return {
      bytes: within.reduce((sum, { bytes }) => sum + bytes, 0),
      longestPause: Math.max(...pauses),
    }
  }

  /** Waits until bytes arrive that were not there yet, and returns when they did. Throws at once when it breaks. */
  async goesOn(options: Partial<WaitOptions> = {}): Promise<number> {
    const since = wallClock()
    const what = `the transfer from ${this.address} goes on`
    const found = await waitFor(() => this.#broken ?? this.#arrivals.find(({ at }) => at > since), { what, ...options })
    if ('reason' in found) throw new Error(`${what}: it is broken, ${found.reason}`)
    return found.at
  }

  /** Waits until it breaks. */
  breaks(options: Partial<WaitOptions> = {}): Promise<Break> {
    return waitFor(() => this.#broken, { what: `the transfer from ${this.address} breaks`, ...options })
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await this.#process?.stop()
  }

  #hear(line: Line): void {
    if ('bytes' in line) this.#arrivals.push(line)
    else this.#broken = { at: line.at, reason: line.broken }
  }

  /** A client that was stopped has not broken off; one that went by itself has said why, or has failed. */
  #ended(reason: string): void {
    if (!this.#stopped) this.#broken ??= { at: wallClock(), reason }
  }
}

function script(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url))
}
