import { once } from 'node:events'
import { createServer as createHttp2Server, type Http2Server, type ServerHttp2Session } from 'node:http2'
import type { Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { hostname } from 'node:os'
import type { Config } from '../domain/config.js'
import type { DaemonPort } from '../domain/snapshot.js'
import type { Clock } from '../platform/clock.js'
import { httpServer, listenHttp } from './http.js'
import { startProcessMetrics } from './process-metrics.js'
import { apiHandler } from './routes.js'
import type { Meters } from './telemetry.js'
import { listenAt, type SocketPlace } from './unix-socket.js'

export interface ControlOptions {
  readonly config: Pick<Config, 'control' | 'http' | 'node'>
  readonly port: DaemonPort
  readonly meters: Meters
  readonly clock: Clock
  /** Ends it: followers are let go, calls in flight have a moment to end, every socket is closed and removed. */
  readonly signal: AbortSignal
  /** A response that could not be finished, for the log. */
  readonly onError: (error: Error) => void
}

export interface Control {
  /** Port of the HTTP side; null when it is off. */
  readonly httpPort: number | null
  /** Resolves when all is closed; never rejects. */
  readonly closed: Promise<void>
}

/** How long calls in flight may go on after the signal, in milliseconds. */
const grace = 1000

/** One endpoint, and how it is closed. */
type Close = () => Promise<void>

/**
 * Opens the control socket, the read socket and the HTTP side; resolves when all of them listen. Throws ControlError when
 * one can't, with none of them left open.
 */
export async function startControl(options: ControlOptions): Promise<Control> {
  const closing: Close[] = []
  const closeAll = async (): Promise<void> => void (await Promise.all(closing.map((close) => close())))
  let httpPort: number | null = null
  try {
    for (const { place, services } of socketPlaces(options.config.control)) {
      closing.push(await openSocket(options, place, services))
    }
    if (options.config.http.kind === 'listen') {
      const opened = await openHttp(options, options.config.http)
      closing.push(opened.close)
      httpPort = opened.port
    }
  } catch (error) {
    await closeAll()
    throw error
  }
  return { httpPort, closed: aborted(options.signal).then(closeAll) }
}

interface SocketSide {
  readonly place: SocketPlace
  readonly services: 'viewer' | 'viewer and operator'
}

function socketPlaces({ socket, group, readSocket }: Config['control']): SocketSide[] {
  const control: SocketSide = {
    place: { path: socket, group, key: 'control.socket', groupKey: 'control.group' },
    services: 'viewer and operator',
  }
  if (readSocket === null) return [control]
  const read: SocketSide = {
    place: {
      path: readSocket.path,
      group: readSocket.group,
      key: 'control.readSocket',
      groupKey: 'control.readGroup',
    },
    services: 'viewer',
  }
  return [control, read]
}

async function openSocket(
  { port, signal, clock, onError }: ControlOptions,
  place: SocketPlace,
  services: SocketSide['services'],
): Promise<Close> {
  const server = createHttp2Server(apiHandler({ port, services, signal }))
  const sessions = kept<ServerHttp2Session>()
  const sockets = kept<Socket>()
  server.on('session', sessions.keep)
  server.on('connection', sockets.keep)
  const close = (): Promise<void> => closeHttp2(server, { sessions: sessions.open, sockets: sockets.open }, clock)
  try {
    await listenAt(server, place)
  } catch (error) {
    await close()
    throw error
  }
  server.on('error', onError)
  return close
}

async function openHttp(
  options: ControlOptions,
  config: Config['http'] & { kind: 'listen' },
): Promise<{ close: Close; port: number }> {
  const { registry, stop } = startProcessMetrics()
  const names = { listen: config.host, names: [hostname(), options.config.node, config.host] }
  const server = httpServer({ ...options, processMetrics: registry, names })
  try {
    await listenHttp(server, config)
  } catch (error) {
    stop()
    throw error
  }
  server.on('error', options.onError)
  const close = async (): Promise<void> => {
    stop()
    await closeHttp(server, options.clock)
  }
  return { close, port: (server.address() as AddressInfo).port }
}

/** Those of a kind that are open. */
function kept<T extends { on(event: 'close', listener: () => void): unknown }>(): {
  readonly open: ReadonlySet<T>
  readonly keep: (one: T) => void
} {
  const open = new Set<T>()
  const keep = (one: T): void => {
    open.add(one)
    one.on('close', () => open.delete(one))
  }
  return { open, keep }
}

interface Connections {
  readonly sessions: ReadonlySet<ServerHttp2Session>
  readonly sockets: ReadonlySet<Socket>
}

/** A session that is closing waits for its client to close as well, so in the end it takes the socket to end it. */
async function closeHttp2(server: Http2Server, { sessions, sockets }: Connections, clock: Clock): Promise<void> {
  if (!server.listening) return
  const closed = once(server, 'close')
  server.close()
  for (const session of sessions) session.close()
  const cancel = clock.timer(grace, () => {
    for (const socket of sockets) socket.destroy()
  })
  await closed
  cancel()
}

async function closeHttp(server: Server, clock: Clock): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  server.closeIdleConnections()
  const cancel = clock.timer(grace, () => server.closeAllConnections())
  await closed
  cancel()
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
