import type { LookupFunction, Socket } from 'node:net'
import { connect, isIP } from 'node:net'
import type { SecureContext, TLSSocket } from 'node:tls'
import { connect as connectSecurely } from 'node:tls'

import type { Finding } from './probe.js'
import { failed } from './probe.js'
import { socketFailure } from './socket-failure.js'

/** Where a connection goes. */
export interface Endpoint {
  readonly host: string
  readonly port: number
  readonly lookup: LookupFunction
}

/** How a connection is secured. */
export interface Security {
  readonly context: SecureContext
  /** Null: the host of the endpoint. */
  readonly serverName: string | null
  /** Protocols to choose from (RFC 7301). */
  readonly protocols?: readonly string[]
  /** Whether any certificate will do. */
  readonly insecure?: boolean
}

/** A connection on its way or established. */
export interface Dialled<S extends Socket> {
  readonly socket: S
  /** What has not come yet, for the case that it never does. */
  readonly lacking: () => string
}

export function dial({ host, port, lookup }: Endpoint): Dialled<Socket> {
  return follow(connect({ host, port, lookup }), host, false)
}

/** The certificate is verified, unless told otherwise. Sessions are not resumed: that skips it, and one that has expired meanwhile would pass. */
export function dialSecurely({ host, port, lookup }: Endpoint, security: Security): Dialled<TLSSocket> {
  const { context, serverName, protocols = [], insecure = false } = security
  const name = serverName ?? (isIP(host) === 0 ? host : null)
  const socket = connectSecurely({
    host,
    port,
    lookup,
    secureContext: context,
    ALPNProtocols: [...protocols],
    rejectUnauthorized: !insecure,
    ...(name !== null && { servername: name }),
  })
  return follow(socket, host, true)
}

function follow<S extends Socket>(socket: S, host: string, secure: boolean): Dialled<S> {
  let lacking = isIP(host) === 0 ? 'no address for the name' : 'no connection'
  socket.once('lookup', () => (lacking = 'no connection'))
  socket.once('connect', () => (lacking = secure ? 'connected, but no TLS handshake' : 'connected, but no answer'))
  if (secure) socket.once('secureConnect', () => (lacking = 'connected, but no answer'))
  return { socket, lacking: () => lacking }
}

/** Node reports a connection that ends within the handshake as a reset without a system call. */
export function dialFailure(error: NodeJS.ErrnoException): Finding {
  const closed = error.code === 'ECONNRESET' && error.syscall === undefined
  return closed ? failed('closed during the TLS handshake') : socketFailure(error)
}

/** Calls back when the signal aborts, at once when it has. */
export function onAbort(signal: AbortSignal, callback: () => void): void {
  if (signal.aborted) callback()
  else signal.addEventListener('abort', callback, { once: true })
}
