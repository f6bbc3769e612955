import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

import type { DbusCall, DbusMessage } from './dbus-message.js'
import { decodeMessage, encodeCall, messageLength } from './dbus-message.js'
import type { DbusReader } from './dbus-values.js'

/** The answer to a call is an error, by the name that D-Bus has for it. */
export class DbusError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message)
  }
}

interface Waiting {
  readonly resolve: (body: DbusReader) => void
  readonly reject: (error: Error) => void
}

const bus = { destination: 'org.freedesktop.DBus', path: '/org/freedesktop/DBus', interface: 'org.freedesktop.DBus' }

/** A connection to a message bus on its Unix socket. */
export class DbusConnection {
  readonly #socket: Socket
  readonly #onSignal: (signal: DbusMessage) => void
  readonly #waiting = new Map<number, Waiting>()
  #received: Buffer = Buffer.alloc(0)
  #serial = 0
  #lost: Error | null = null

  private constructor(socket: Socket, onSignal: (signal: DbusMessage) => void) {
    this.#socket = socket
    this.#onSignal = onSignal
    socket.on('data', (piece: Buffer) => this.#take(piece))
    socket.on('error', (error) => this.#lose(error))
    socket.on('close', () => this.#lose(new Error('the message bus closed the connection')))
  }

  /** Connects as the user that this process runs as; rejects when the signal aborts, or with the error of the socket. */
  static async open(
    path: string,
    onSignal: (signal: DbusMessage) => void,
    signal: AbortSignal,
  ): Promise<DbusConnection> {
    const socket = connect(path)
    socket.on('error', () => {}) // told by what waits for it; one that comes later says nothing more
    const onAbort = (): void => void socket.destroy()
    signal.addEventListener('abort', onAbort)
    try {
      await once(socket, 'connect', { signal })
      await authenticate(socket, signal)
      const connection = new DbusConnection(socket, onSignal)
      await connection.call({ ...bus, member: 'Hello' })
      return connection
    } catch (error) {
      socket.destroy()
      throw error
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }

  get lost(): boolean {
    return this.#lost !== null
  }

  /** The body of the answer; rejects with DbusError when that is an error, and when the connection ends. */
  call(call: DbusCall): Promise<DbusReader> {
    if (this.#lost !== null) return Promise.reject(this.#lost)
    this.#serial += 1
    const serial = this.#serial
    this.#socket.write(encodeCall(call, serial))
    return new Promise((resolve, reject) => this.#waiting.set(serial, { resolve, reject }))
  }

  /** From now on signals that the rule names arrive. */
  async match(rule: string): Promise<void> {
    await this.call({ ...bus, member: 'AddMatch', args: [rule] })
  }

  close(): void {
    this.#lose(new Error('the connection to the message bus was closed'))
  }

  #lose(error: Error): void {
    this.#lost ??= error
    this.#socket.destroy()
    for (const { reject } of this.#waiting.values()) reject(this.#lost)
    this.#waiting.clear()
  }

  #take(piece: Buffer): void {
    this.#received = this.#received.length === 0 ? piece : Buffer.concat([this.#received, piece])
    try {
      for (let length = this.#wholeMessage(); length !== null; length = this.#wholeMessage()) {
        const message = decodeMessage(this.#received.subarray(0, length))
        this.#received = this.#received.subarray(length)
        if (message !== null) this.#dispatch(message)
      }
    } catch (cause) {
      this.#lose(new Error(`what came is no message of D-Bus: ${(cause as Error).message}`, { cause }))
    }
  }

  #wholeMessage(): number | null {
    const length = messageLength(this.#received)
    return length !== null && this.#received.length >= length ? length : null
  }

  #dispatch(message: DbusMessage): void {
    if (message.type === 'signal') this.#onSignal(message)
    const waiting = this.#waiting.get(message.replySerial)
    if (waiting === undefined) return
    this.#waiting.delete(message.replySerial)
    if (message.type === 'return') waiting.resolve(message.body)
    else waiting.reject(errorOf(message))
  }
}

function errorOf({ errorName, body }: DbusMessage): DbusError {
  let text = ''
  try {
    text = body.text()
  } catch {
    // An error need not say anything.
  }
  return new DbusError(errorName, text === '' ? errorName : text)
}

/** The kernel tells the bus who we are: only the user's number has to be said (D-Bus Specification, "EXTERNAL"). */
async function authenticate(socket: Socket, signal: AbortSignal): Promise<void> {
  const user = Buffer.from(String(process.geteuid?.() ?? 0)).toString('hex')
  socket.write(`\0AUTH EXTERNAL ${user}\r\n`)
  const closed = once(socket, 'close', { signal }).then(() => [])
  let answer = ''
  while (!answer.includes('\r\n')) {
    const [piece] = (await Promise.race([once(socket, 'data', { signal }), closed])) as [Buffer?]
    if (piece === undefined) throw new Error('the message bus closed the connection')
    answer += piece.toString('latin1')
    if (answer.length > longestAnswer) break
  }
  if (!answer.startsWith('OK ')) throw new Error('the message bus does not let this user in')
  socket.write('BEGIN\r\n')
}

const longestAnswer = 1024
