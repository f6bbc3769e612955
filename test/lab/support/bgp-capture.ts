import type { LabNode } from '../../../testnet/lab/node.js'
import type { NodeProcess } from '../../../testnet/lab/process.js'
import { waitFor, type WaitOptions } from '../../../testnet/observe/wait.js'
import { BgpReader, type BgpMessage, type BgpUpdate } from './bgp.js'
import { pcapReader, type Packet } from './pcap.js'
import { parseSegment, TcpStream } from './tcp.js'
import { project } from './two-hosts.js'

/** Where and when a message was on the wire. */
export interface OnWire {
  /** Milliseconds since 1970, with microseconds; compare with wallClock() and RouteEvent.at. */
  readonly at: number
  readonly from: string
  readonly to: string
}

export type WireMessage = OnWire & BgpMessage
export type WireUpdate = OnWire & BgpUpdate

/** Reads BGP on a node's interface. Resolves when it listens, so no later message is missed. */
export async function captureBgp(
  node: LabNode,
  networkInterface: string,
  options: { signal?: AbortSignal } = {},
): Promise<BgpCapture> {
  const capture = new BgpCapture()
  const script = `${project}test/lab/support/capture.pl`
  const listener = await node.spawn(['perl', script, networkInterface, '179'], { ...options, onStdout: capture.reader })
  capture.begin(listener)
  await waitFor(() => listener.tail().includes('listening\n'), {
    what: `${node.name}: a capture listens on ${networkInterface}`,
    explain: () => listener.tail(),
    ...options,
  })
  return capture
}

export class BgpCapture {
  /** All so far, oldest first. */
  readonly messages: WireMessage[] = []
  readonly reader = pcapReader((packet) => this.#add(packet))
  readonly #streams = new Map<string, { stream: TcpStream; reader: BgpReader }>()
  #listener: NodeProcess | undefined
  #problem: Error | undefined

  /** All UPDATEs so far; End-of-RIB markers, which say nothing, are left out. */
  get updates(): WireUpdate[] {
    return this.messages
      .flatMap((message) => (message.type === 'update' ? [{ ...message.update, ...placeOf(message) }] : []))
      .filter((update) => update.announced.length + update.withdrawn.length > 0)
  }

  /** The first UPDATE, past or to come, that fits. */
  async waitForUpdate(fits: (update: WireUpdate) => boolean, options: WaitOptions): Promise<WireUpdate> {
    const look = (): WireUpdate | undefined => {
      if (this.#problem !== undefined) throw this.#problem
      return this.updates.find(fits)
    }
    return waitFor(look, { explain: () => `on the wire: ${JSON.stringify(this.updates)}`, ...options })
  }

  async stop(): Promise<void> {
    this.#listener?.kill('SIGTERM')
    await this.#listener?.exited
  }

  /** For captureBgp. */
  begin(listener: NodeProcess): void {
    this.#listener = listener
  }

  #add({ at, bytes }: Packet): void {
    const segment = parseSegment(bytes)
    if (segment === undefined) return
    const { from, to } = segment
    const key = `${from} ${segment.fromPort} ${to} ${segment.toPort}`
    // A new connection may use the ports of an old one.
    if (segment.syn || !this.#streams.has(key)) {
      this.#streams.set(key, { stream: new TcpStream(), reader: new BgpReader() })
    }
    const direction = this.#streams.get(key)
    if (direction === undefined) return
    try {
      const messages = direction.reader.read(direction.stream.accept(segment))
      this.messages.push(...messages.map((message) => ({ at, from, to, ...message })))
    } catch (error) {
      this.#problem ??= error as Error
    }
  }
}

function placeOf({ at, from, to }: OnWire): OnWire {
  return { at, from, to }
}
