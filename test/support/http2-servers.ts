import type { IncomingHttpHeaders, SecureServerOptions, ServerHttp2Session, ServerHttp2Stream } from 'node:http2'
import { createSecureServer, createServer } from 'node:http2'
import type { TestContext } from 'node:test'

import { serve, type StreamServer } from './stream-servers.js'

export type OnStream = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void

export interface Http2Server extends StreamServer {
  readonly sessions: readonly ServerHttp2Session[]
}

/** An HTTP/2 service, over TLS when it has a certificate. */
export async function serveHttp2(
  t: TestContext,
  onStream: OnStream,
  certificate?: SecureServerOptions,
): Promise<Http2Server> {
  const sessions: ServerHttp2Session[] = []
  const server = certificate === undefined ? createServer() : createSecureServer(certificate)
  server.on('session', (session) => sessions.push(session))
  server.on('sessionError', () => {})
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {})
    onStream(stream, headers)
  })
  return Object.assign(await serve(t, server), { sessions })
}

/** Answers everything with `ready`. */
export const ready: OnStream = (stream) => {
  stream.respond({ ':status': 200 })
  stream.end('ready')
}
