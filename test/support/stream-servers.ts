import { once } from 'node:events'
import type { AddressInfo, Server, Socket } from 'node:net'
import { createServer } from 'node:net'
import type { TestContext } from 'node:test'

/** A service on a free port of 127.0.0.1 that ends with its test. */
export interface StreamServer {
  readonly port: number
  /** Connections that are open now. */
  readonly open: number
  /** Connections accepted so far. */
  readonly accepted: readonly Socket[]
}

/** Listens with a server of any protocol over TCP, on a free port unless one is given. */
export async function serve(t: TestContext, server: Server, port = 0): Promise<StreamServer> {
  const sockets = new Set<Socket>()
  const accepted: Socket[] = []
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    accepted.push(socket)
    socket.on('error', () => {}) // what a probe does to its connection is looked at on the other side
    socket.on('close', () => sockets.delete(socket))
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    sockets.forEach((socket) => socket.destroy())
    return new Promise((resolve) => server.close(resolve))
  })
  return {
    port: (server.address() as AddressInfo).port,
    get open() {
      return sockets.size
    },
    accepted,
  }
}

/** Services that do it wrong whatever they are asked, by what they do. */
export const badServices = {
  /** Accepts, and says nothing. */
  silent: (socket: Socket) => void socket.resume(),
  closing: (socket: Socket) => void socket.end(),
  resetting: (socket: Socket) => void socket.once('data', () => socket.resetAndDestroy()),
  garbage: (socket: Socket) => void socket.resume().end(Buffer.alloc(4096, 'garbage ')),
  /** 100 MB of nothing in particular. */
  flooding: (socket: Socket) => {
    const piece = Buffer.alloc(1_000_000, '\x16\x03\x03\x40\x00')
    let left = 100
    const more = (): void => {
      while (left > 0 && !socket.destroyed) {
        left -= 1
        if (!socket.write(piece)) return void socket.once('drain', more)
      }
    }
    more()
  },
} satisfies Record<string, (socket: Socket) => void>

/** Listens with one of the services that do it wrong. */
export function serveBadly(t: TestContext, kind: keyof typeof badServices): Promise<StreamServer> {
  return serve(t, createServer(badServices[kind]))
}

/** Listens and sends the beginning of something, then one more byte every now and then, for ever. */
export function serveDripping(t: TestContext, beginning: Buffer): Promise<StreamServer> {
  const drip = (socket: Socket): void => {
    let sent = 0
    const timer = setInterval(() => socket.write(Buffer.of(beginning[sent++] ?? 0)), 10)
    socket.on('close', () => clearInterval(timer)).resume()
  }
  return serve(t, createServer(drip))
}

/** A port of 127.0.0.1 where nobody listens. */
export async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
