import { connect, createServer, type Socket } from 'node:net'
import type { RecordedCall } from './gobgp-recording.js'

/** Carries everything between a client and the daemon, and notes the gRPC messages of each HTTP/2 stream. */
export class GrpcTap {
  readonly #calls = new Map<string, { requests: Messages; responses: Messages }>()
  #connections = 0

  listen(path: string, daemon: string): Promise<() => void> {
    const server = createServer((client) => this.#relay(client, connect(daemon)))
    return new Promise((resolve) => server.listen(path, () => resolve(() => server.close())))
  }

  /** The calls since the last time, in the order of their first message. */
  take(): RecordedCall[] {
    const calls = [...this.#calls.values()].map(({ requests, responses }) => ({
      requests: requests.whole(),
      responses: responses.whole(),
    }))
    this.#calls.clear()
    return calls
  }

  #relay(client: Socket, daemon: Socket): void {
    const connection = (this.#connections += 1)
    const call = (stream: number): { requests: Messages; responses: Messages } => {
      const key = `${connection}/${stream}`
      const known = this.#calls.get(key) ?? { requests: new Messages(), responses: new Messages() }
      this.#calls.set(key, known)
      return known
    }
    const sent = new Frames(24, (stream, data) => call(stream).requests.add(data))
    const received = new Frames(0, (stream, data) => call(stream).responses.add(data))
    client.on('data', (data: Buffer) => sent.add(data))
    daemon.on('data', (data: Buffer) => received.add(data))
    client.pipe(daemon).pipe(client)
    for (const [one, other] of [
      [client, daemon],
      [daemon, client],
    ] as const) {
      one.on('error', () => other.destroy())
      one.on('close', () => other.destroy())
    }
  }
}

/** HTTP/2 frames (RFC 9113 section 4.1) after a preface of so many bytes; hands on the content of DATA frames. */
class Frames {
  #rest = Buffer.alloc(0)
  #skip: number
  readonly #onData: (stream: number, data: Buffer) => void

  constructor(preface: number, onData: (stream: number, data: Buffer) => void) {
    this.#skip = preface
    this.#onData = onData
  }

  add(data: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, data])
    if (this.#rest.length < this.#skip) return
    this.#rest = this.#rest.subarray(this.#skip)
    this.#skip = 0
    while (this.#rest.length >= 9 && this.#rest.length >= 9 + this.#rest.readUIntBE(0, 3)) {
      const end = 9 + this.#rest.readUIntBE(0, 3)
      if (this.#rest[3] === 0 && end > 9) this.#onData(this.#rest.readUInt32BE(5), this.#rest.subarray(9, end))
      this.#rest = this.#rest.subarray(end)
    }
  }
}

/** gRPC messages, each after a flag and its length. */
class Messages {
  #bytes = Buffer.alloc(0)

  add(data: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, data])
  }

  whole(): string[] {
    const found: string[] = []
    for (let at = 0; at + 5 <= this.#bytes.length;) {
      const end = at + 5 + this.#bytes.readUInt32BE(at + 1)
      found.push(this.#bytes.subarray(at + 5, end).toString('hex'))
      at = end
    }
    return found
  }
}
