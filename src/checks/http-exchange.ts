import type { ClientRequest, IncomingMessage } from 'node:http'
import { request as plainRequest } from 'node:http'
import type { RequestOptions } from 'node:https'
import { request as secureRequest } from 'node:https'
import type { Socket } from 'node:net'
import { isIP } from 'node:net'

import type { Answer } from './answer.js'
import { maxAnswer } from './answer.js'
import { onAbort } from './dial.js'
import type { Hop } from './http-redirect.js'
import type { Finding } from './probe.js'
import { aborted, failed } from './probe.js'
import { socketFailure } from './socket-failure.js'

/** What becomes of an answer. */
export interface Reading {
  /** The body of a status that is not wanted is not read. */
  readonly wants: (status: number) => boolean
  /** Takes the body; null when nobody looks at it. */
  readonly answer: Answer | null
}

/** One request. */
export interface Exchange extends Reading {
  readonly options: RequestOptions
  readonly body: string | null
}

/** How a request ended. */
export type Exchanged =
  /** `complete`: nothing that we wanted to read was missing. */
  | { readonly kind: 'answered'; readonly status: number; readonly location: string | null; readonly complete: boolean }
  | { readonly kind: 'lost'; readonly finding: Finding }
  /** The service had closed the kept connection before the request reached it. */
  | { readonly kind: 'stale' }

/** How the requests of one check are sent: its connections, and whom it trusts. */
export interface HttpTransport {
  /** Before a request by https; rejects with a sentence when `ca` can't be used. */
  loadTrust(): Promise<void>
  /** Sends one request and reads its answer, until the signal aborts. */
  send(hop: Hop, reading: Reading, signal: AbortSignal): Promise<Exchanged>
  /** Lets go of the connections that are kept. */
  close(): void
}

/** Sends one request by HTTP/1.1 and reads its answer, until the signal aborts. */
export function exchange(what: Exchange, signal: AbortSignal): Promise<Exchanged> {
  return new Promise((resolve) => {
    const request = what.options.protocol === 'https:' ? secureRequest(what.options) : plainRequest(what.options)
    const progress: Progress = { stage: 'connection', status: null }
    const lose = (finding: Finding): void => resolve({ kind: 'lost', finding })
    request.on('socket', (socket) => follow(socket, what.options, progress))
    request.on('error', (error) => resolve(lost(error, request, progress)))
    request.on('response', (response) => {
      progress.stage = 'body'
      progress.status = response.statusCode ?? 0
      const answered = (complete: boolean): void => resolve({ kind: 'answered', ...headOf(response), complete })
      if (what.wants(progress.status)) {
        readBody(response, what.answer, answered)
        return
      }
      answered(true)
      request.destroy()
    })
    request.end(what.body ?? undefined)
    onAbort(signal, () => {
      lose(aborted(lacking(progress)))
      request.destroy()
    })
  })
}

/** What a request waits for, for the case that it waits in vain; the status once it is known. */
interface Progress {
  stage: 'name' | 'connection' | 'handshake' | 'answer' | 'body'
  status: number | null
}

function lacking({ stage, status }: Progress): string {
  switch (stage) {
    case 'name':
      return 'no address for the name'
    case 'connection':
      return 'no connection'
    case 'handshake':
      return 'connected, but no TLS handshake'
    case 'answer':
      return 'connected, but no answer'
    case 'body':
      return `status ${status}, but not the whole body`
  }
}

/** A kept connection is past all of this when the request gets it. */
function follow(socket: Socket, { hostname, protocol }: RequestOptions, progress: Progress): void {
  if (!socket.connecting) {
    progress.stage = 'answer'
    return
  }
  if (isIP(hostname ?? '') === 0) {
    progress.stage = 'name'
    socket.once('lookup', () => (progress.stage = 'connection'))
  }
  socket.once('connect', () => (progress.stage = protocol === 'https:' ? 'handshake' : 'answer'))
  if (protocol === 'https:') socket.once('secureConnect', () => (progress.stage = 'answer'))
}

function headOf({ statusCode, headers }: IncomingMessage): { status: number; location: string | null } {
  return { status: statusCode ?? 0, location: headers.location ?? null }
}

/** Reads as far as `maxAnswer`, where it lets go of the connection. */
function readBody(response: IncomingMessage, answer: Answer | null, answered: (complete: boolean) => void): void {
  let read = 0
  if (answer !== null) response.setEncoding('utf8')
  response.on('data', (piece: string | Buffer) => {
    if (typeof piece === 'string') answer?.add(piece)
    read += piece.length
    if (read < maxAnswer) return
    answered(true)
    response.destroy()
  })
  response.on('end', () => answered(true))
  response.on('error', () => answered(false))
}

/** An error of Node's HTTP client. A connection that ends too early is an error without a system call. */
function lost(error: NodeJS.ErrnoException, request: ClientRequest, progress: Progress): Exchanged {
  const closed = error.code === 'ECONNRESET' || error.code === 'EPIPE'
  if (error.code?.startsWith('HPE_') === true) return { kind: 'lost', finding: failed(notHttp(error.code)) }
  if (progress.status !== null) {
    return { kind: 'answered', status: progress.status, location: null, complete: false }
  }
  if (closed && request.reusedSocket) return { kind: 'stale' }
  if (!closed || error.syscall !== undefined) return { kind: 'lost', finding: socketFailure(error) }
  const during = progress.stage === 'handshake' ? 'closed during the TLS handshake' : 'closed without an answer'
  return { kind: 'lost', finding: failed(during) }
}

function notHttp(code: string): string {
  return code === 'HPE_HEADER_OVERFLOW' ? 'the answer has more than 16 KiB of headers' : 'the answer is not HTTP'
}
