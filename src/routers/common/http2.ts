import { connect, constants, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2'
import type { ClientSessionRequestOptions, OutgoingHttpHeaders } from 'node:http2'
import type { Socket } from 'node:net'
import { Code, ConnectError } from '@connectrpc/connect'
import type { GrpcTransportOptions } from '@connectrpc/connect-node'

/**
 * One HTTP/2 session, opened by the first request and again by the first after it was lost. The library has such a thing,
 * but for moments nobody listens for its session's errors: whatever answers at the endpoint and speaks no HTTP/2 could
 * then end this process.
 */
export class Http2Sessions implements NonNullable<GrpcTransportOptions['sessionManager']> {
  readonly authority: string
  readonly #openSocket: () => Socket
  #session: ClientHttp2Session | undefined
  #ready: Promise<ClientHttp2Session> | undefined

  constructor(authority: string, openSocket: () => Socket) {
    this.authority = authority
    this.#openSocket = openSocket
  }

  async request(
    method: string,
    path: string,
    headers: OutgoingHttpHeaders,
    options: Omit<ClientSessionRequestOptions, 'signal'>,
  ): Promise<ClientHttp2Stream> {
    try {
      const session = await (this.#ready ??= this.#open())
      return held(session, session.request({ ...headers, ':method': method, ':path': path }, options))
    } catch (error) {
      throw broken(error)
    }
  }

  /** For those who ping a connection that is silent. */
  notifyResponseByteRead(): void {}

  /** Keeps the session with all requests on it, but no longer the process alive for them, until the next one. */
  release(): void {
    this.#session?.unref()
  }

  /** Gives the session up with all requests on it. */
  drop(reason: ConnectError): void {
    const session = this.#session
    this.#forget(session)
    session?.destroy(reason, constants.NGHTTP2_CANCEL)
  }

  /** Throws at once where the socket can't even be made. */
  #open(): Promise<ClientHttp2Session> {
    const session = connect(this.authority, { createConnection: this.#openSocket })
    this.#session = session
    return new Promise((resolve, reject) => {
      const lost = (error: unknown): void => {
        this.#forget(session)
        reject(broken(error))
      }
      session.once('connect', () => resolve(session))
      session.on('error', lost)
      session.once('close', () => lost(new ConnectError('the connection was closed', Code.Unavailable)))
      // Requests on it are still answered; the next one needs another session.
      session.once('goaway', () => this.#forget(session))
    })
  }

  #forget(session: ClientHttp2Session | undefined): void {
    if (session !== this.#session) return
    this.#session = undefined
    this.#ready = undefined
  }
}

const open = new WeakMap<ClientHttp2Session, number>()

/** A session keeps the process alive while a request is open on it, and no longer. */
function held(session: ClientHttp2Session, stream: ClientHttp2Stream): ClientHttp2Stream {
  const count = (by: number): void => {
    const left = (open.get(session) ?? 0) + by
    open.set(session, left)
    if (left > 0) session.ref()
    else if (!session.destroyed) session.unref()
  }
  count(1)
  stream.once('close', () => count(-1))
  return stream
}

function broken(error: unknown): ConnectError {
  if (error instanceof ConnectError) return error
  const { code } = error as NodeJS.ErrnoException
  const isLoss =
    code === 'ECONNRESET' || code === 'EPIPE' || code === 'ETIMEDOUT' || code === 'ERR_HTTP2_INVALID_SESSION'
  const message = error instanceof Error ? error.message : String(error)
  return new ConnectError(message, isLoss ? Code.Unavailable : Code.Internal, undefined, undefined, error)
}
