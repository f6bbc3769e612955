import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { HttpConfig } from '../domain/config.js'
import type { DaemonPort } from '../domain/snapshot.js'
import { Operator } from '../gen/vipcast/v1/operator_pb.js'
import type { Clock } from '../platform/clock.js'
import { ControlError, errnoOf } from './error.js'
import { metricsContentType } from './exposition.js'
import { metricsPage } from './metrics.js'
import type { startProcessMetrics } from './process-metrics.js'
import { callsUs, type OwnNames } from './host-header.js'
import { apiHandler } from './routes.js'
import type { Meters } from './telemetry.js'

type Registry = ReturnType<typeof startProcessMetrics>['registry']

export interface HttpSide {
  readonly port: DaemonPort
  readonly meters: Meters
  readonly processMetrics: Registry
  readonly names: OwnNames
  readonly clock: Clock
  readonly signal: AbortSignal
  /** A response that could not be finished, for the log. */
  readonly onError: (error: Error) => void
}

/** Metrics, health of the daemon itself, and the Viewer API as JSON. Nothing here changes anything. */
export function httpServer(side: HttpSide): Server {
  const other = (request: IncomingMessage, response: ServerResponse): void => {
    answer(side, request, response).catch((error: unknown) => {
      response.destroy()
      if (!hungUp(error)) side.onError(error instanceof Error ? error : new Error(String(error)))
    })
  }
  const api = apiHandler({ port: side.port, services: 'viewer', signal: side.signal })
  return createServer((request, response) => {
    if (!callsUs(request, side.names)) sendJson(response, 403, notOurName)
    else if (request.url?.startsWith('/vipcast.v1.Viewer/') === true) api(request, response)
    else other(request, response)
  })
}

const notOurName = {
  code: 'permission_denied',
  message: 'This host is not known by the name in the Host header: ask by an address, by localhost or by its own name.',
}

function hungUp(error: unknown): boolean {
  const errno = errnoOf(error)
  return errno === 'ERR_STREAM_PREMATURE_CLOSE' || errno === 'ECONNRESET' || errno === 'EPIPE'
}

async function answer(side: HttpSide, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = request.url?.split('?', 1)[0] ?? ''
  if (path.startsWith(`/${Operator.typeName}/`)) {
    sendJson(response, 403, {
      code: 'permission_denied',
      message: 'The HTTP side only shows: use the command line, or the control socket.',
    })
  } else if (request.method !== 'GET' && request.method !== 'HEAD') {
    sendJson(response, 405, { code: 'unimplemented', message: 'Here is nothing to be changed: use GET.' })
  } else if (path === '/metrics') {
    await sendMetrics(side, response)
  } else if (path === '/healthz') {
    const { phase, version } = side.port.snapshot()
    sendJson(response, phase === 'running' ? 200 : 503, { phase, version })
  } else {
    sendJson(response, 404, {
      code: 'not_found',
      message: 'Here are /metrics, /healthz and the vipcast.v1.Viewer API.',
    })
  }
}

function sendJson(response: ServerResponse, status: number, body: Readonly<Record<string, unknown>>): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`)
}

async function sendMetrics({ port, meters, processMetrics, clock }: HttpSide, response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-type': metricsContentType })
  const page = async function* (): AsyncGenerator<Buffer> {
    yield* metricsPage(port.snapshot(), meters, clock)
    yield Buffer.from(`${await meters.registry.metrics()}\n${await processMetrics.metrics()}`)
  }
  await pipeline(Readable.from(page()), response)
}

/** Starts to listen at `http.listen`; its port is that of the server's address. */
export async function listenHttp(server: Server, { host, port }: HttpConfig & { kind: 'listen' }): Promise<void> {
  server.listen(port, host)
  try {
    await once(server, 'listening')
  } catch (cause) {
    throw httpListenError(`${host.includes(':') ? `[${host}]` : host}:${port}`, cause)
  }
}

function httpListenError(at: string, cause: unknown): ControlError {
  switch (errnoOf(cause) ?? '') {
    case 'EADDRINUSE':
      return new ControlError(
        'port-taken',
        `another program listens on ${at}: stop it, set http.listen to another port, or http to false`,
        { cause },
      )
    case 'EACCES':
      return new ControlError('not-permitted', `may not listen on ${at}: set http.listen to a port above 1023`, {
        cause,
      })
    case 'EADDRNOTAVAIL':
      return new ControlError('listen-failed', `${at} is no address of this host: change http.listen`, { cause })
    default: {
      const why = cause instanceof Error ? cause.message : String(cause)
      return new ControlError('listen-failed', `can't listen on ${at} (${why}): change http.listen`, { cause })
    }
  }
}
