import type { ServerHttp2Stream } from 'node:http2'
import { createServer } from 'node:http2'
import type { TestContext } from 'node:test'

import type { StreamServer } from './stream-servers.js'
import { serve } from './stream-servers.js'

/** What a server does with a call; `request` is the message without gRPC's own five bytes. */
export type OnCall = (stream: ServerHttp2Stream, request: Buffer, path: string) => void

/** A gRPC server, as far as it matters here, on a free port of 127.0.0.1. */
export async function serveGrpc(t: TestContext, onCall: OnCall): Promise<StreamServer> {
  const server = createServer()
  server.on('stream', (stream, headers) => {
    const pieces: Buffer[] = []
    stream.on('error', () => {})
    stream.on('data', (piece: Buffer) => pieces.push(piece))
    stream.on('end', () => onCall(stream, Buffer.concat(pieces).subarray(5), headers[':path'] ?? ''))
  })
  server.on('sessionError', () => {})
  return serve(t, server)
}

/** Answers with a message, and OK. */
export function reply(stream: ServerHttp2Stream, message: Uint8Array, status = 0): void {
  stream.respond({ ':status': 200, 'content-type': 'application/grpc+proto' }, { waitForTrailers: true })
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': String(status) }))
  stream.end(framed(message))
}

/** Answers with a status and no message. */
export function refuse(stream: ServerHttp2Stream, status: number, message = ''): void {
  const trailers = { 'grpc-status': String(status), 'grpc-message': encodeURIComponent(message) }
  stream.respond({ ':status': 200, 'content-type': 'application/grpc+proto', ...trailers }, { endStream: true })
}

/** A message behind its length. */
export function framed(message: Uint8Array, length = message.length): Buffer {
  const head = Buffer.alloc(5)
  head.writeUInt32BE(length, 1)
  return Buffer.concat([head, message])
}

/** The answer of the standard health service: 1 is SERVING. */
export function health(status: number): Buffer {
  return Buffer.from(status === 0 ? [] : [8, status])
}
