import { createServer as createHttpServer } from 'node:http'
import type { RequestListener } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { ServerOptions } from 'node:https'
import type { Socket } from 'node:net'
import { connect, createServer } from 'node:net'
import type { TestContext } from 'node:test'

import type { StreamServer } from './stream-servers.js'
import { serve } from './stream-servers.js'

/** A TCP service that does with each connection what it is told. */
export function serveTcp(t: TestContext, onConnection: (socket: Socket) => void): Promise<StreamServer> {
  return serve(t, createServer(onConnection))
}

/** It keeps connections until the test ends. */
export function serveHttp(t: TestContext, onRequest: RequestListener): Promise<StreamServer> {
  return serve(t, createHttpServer({ keepAliveTimeout: 0 }, onRequest))
}

export function serveHttps(t: TestContext, options: ServerOptions, onRequest: RequestListener): Promise<StreamServer> {
  const server = createHttpsServer({ keepAliveTimeout: 0, ...options }, onRequest)
  server.on('tlsClientError', () => {}) // what the prober makes of it is looked at
  return serve(t, server)
}

/**
 * A port of 127.0.0.1 where nobody listens and nobody else begins to while the test runs: the near end of a connection
 * holds it.
 */
export async function refusingPort(t: TestContext): Promise<number> {
  const { port } = await serveTcp(t, () => {})
  const holder = connect({ port, host: '127.0.0.1' })
  t.after(() => holder.destroy())
  await new Promise<void>((resolve, reject) => {
    holder.on('connect', resolve)
    holder.on('error', reject)
  })
  return holder.localPort!
}

/** Resolves when a connection has ended. */
export async function closed(socket: Socket): Promise<void> {
  if (!socket.closed) await new Promise<void>((resolve) => socket.once('close', () => resolve()))
}
