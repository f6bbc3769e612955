import { constants, type ClientHttp2Session, type ClientHttp2Stream, type OutgoingHttpHeaders } from 'node:http2'

import { maxAnswer } from './answer.js'
import { dialFailure, onAbort } from './dial.js'
import type { Exchanged, Reading } from './http-exchange.js'
import type { Hop } from './http-redirect.js'
import { aborted, failed } from './probe.js'

/** A connection, on its way or established, and what became of it. */
export interface Http2Connection {
  readonly session: ClientHttp2Session
  /** Whether it has carried a request before. */
  readonly reused: boolean
  /** What has not come yet, before any answer. */
  readonly lacking: () => string
  /** Its error; null when there was none. */
  readonly broken: () => NodeJS.ErrnoException | null
  /** The code with which the service said that it takes no further requests; null when it did not. */
  readonly goneAway: () => number | null
  readonly usable: () => boolean
  readonly close: () => void
}

/** Sends one request over a connection and reads its answer, until the signal aborts. */
export function exchangeOver(
  connection: Http2Connection,
  hop: Hop,
  { wants, answer }: Reading,
  signal: AbortSignal,
): Promise<Exchanged> {
  return new Promise((resolve) => {
    const stream = connection.session.request(headersOf(hop), { endStream: hop.body === null })
    let head: { readonly status: number; readonly location: string | null } | null = null
    const answered = (complete: boolean): void => {
      if (head !== null) resolve({ kind: 'answered', ...head, complete })
    }
    let broken: NodeJS.ErrnoException | null = null
    stream.on('error', (error) => (broken = error))
    stream.on('response', (headers) => {
      head = { status: headers[':status'] ?? 0, location: headers.location ?? null }
      if (wants(head.status)) readBody(stream, answer, answered)
      else {
        answered(true)
        stream.destroy()
      }
    })
    stream.on('close', () => {
      answered(false)
      resolve(lost(connection, broken, stream.rstCode))
    })
    if (hop.body !== null) stream.end(hop.body)
    onAbort(signal, () => {
      const lacking = head === null ? connection.lacking() : `status ${head.status}, but not the whole body`
      resolve({ kind: 'lost', finding: aborted(lacking) })
      connection.close()
    })
  })
}

/** The name of the host goes by another way than in HTTP/1 (RFC 9113 section 8.3.1). */
function headersOf({ url, method, headers }: Hop): OutgoingHttpHeaders {
  const own = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const)
  const { host = url.host, ...others } = Object.fromEntries(own)
  return {
    ...others,
    ':method': method,
    ':scheme': url.protocol.slice(0, -1),
    ':authority': host,
    ':path': `${url.pathname}${url.search}`,
  }
}

/** Reads as far as `maxAnswer`, where it lets go of the request. */
function readBody(stream: ClientHttp2Stream, answer: Reading['answer'], answered: (complete: boolean) => void): void {
  let read = 0
  if (answer !== null) stream.setEncoding('utf8')
  stream.on('data', (piece: string | Buffer) => {
    if (typeof piece === 'string') answer?.add(piece)
    read += piece.length
    if (read < maxAnswer) return
    answered(true)
    stream.destroy()
  })
  // A stream whose connection is gone ends as well.
  stream.on('end', () => answered(stream.rstCode === constants.NGHTTP2_NO_ERROR))
}

type Broken = NodeJS.ErrnoException | null

/** Why there was no answer; `ofRequest` is the request's own error. */
function lost(connection: Http2Connection, ofRequest: Broken, resetBy: number): Exchanged {
  const goneAway = connection.goneAway()
  // That a kept connection has ended says nothing of the service.
  if (connection.reused && !connection.usable()) return { kind: 'stale' }
  if (goneAway !== null) return lose(`the service ended the connection: ${codeName(goneAway)}`)
  const broken = connection.broken() ?? ofRequest
  if (broken?.code === 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL') return lose('the service speaks no HTTP/2')
  if (broken?.code === 'ERR_HTTP2_ERROR') return lose('the answer is not HTTP/2')
  if (broken !== null && broken.code !== 'ERR_HTTP2_STREAM_ERROR') return { kind: 'lost', finding: dialFailure(broken) }
  const reset = resetBy !== constants.NGHTTP2_NO_ERROR && resetBy !== constants.NGHTTP2_CANCEL
  return lose(reset ? `the service reset the request: ${codeName(resetBy)}` : 'closed without an answer')
}

function lose(detail: string): Exchanged {
  return { kind: 'lost', finding: failed(detail) }
}

/** RFC 9113 section 7. */
function codeName(code: number): string {
  return codeNames[code] ?? `error ${code}`
}

const codeNames = (
  'NO_ERROR PROTOCOL_ERROR INTERNAL_ERROR FLOW_CONTROL_ERROR SETTINGS_TIMEOUT STREAM_CLOSED FRAME_SIZE_ERROR ' +
  'REFUSED_STREAM CANCEL COMPRESSION_ERROR CONNECT_ERROR ENHANCE_YOUR_CALM INADEQUATE_SECURITY HTTP_1_1_REQUIRED'
).split(' ')
