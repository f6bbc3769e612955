import type { Interceptor } from '@connectrpc/connect'
import { connectNodeAdapter, type ConnectNodeAdapterOptions } from '@connectrpc/connect-node'
import type { DaemonPort } from '../domain/snapshot.js'
import { Operator } from '../gen/vipcast/v1/operator_pb.js'
import { Viewer } from '../gen/vipcast/v1/viewer_pb.js'
import { operatorService } from './operator-service.js'
import { versionHeader } from './version-header.js'
import { viewerService } from './viewer-service.js'

/** A request names some VIPs at most: 10,000 names fit. */
const largestRequest = 1024 * 1024

export interface Served {
  readonly port: DaemonPort
  readonly services: 'viewer' | 'viewer and operator'
  readonly signal: AbortSignal
  /** Answers what is not the API's; default: 404. */
  readonly fallback?: ConnectNodeAdapterOptions['fallback'] & {}
}

/** The API as a request handler of node:http and node:http2. */
export function apiHandler({ port, services, signal, fallback }: Served): ReturnType<typeof connectNodeAdapter> {
  return connectNodeAdapter({
    routes: (router) => {
      router.service(Viewer, viewerService(port))
      if (services === 'viewer and operator') router.service(Operator, operatorService(port))
    },
    interceptors: [tellVersion(port)],
    readMaxBytes: largestRequest,
    // Both ends are on one host: compressing would cost more than it saves.
    acceptCompression: [],
    // Protobuf's JSON would leave out false, 0 and "".
    jsonOptions: { alwaysEmitImplicit: true },
    shutdownSignal: signal,
    grpc: false,
    grpcWeb: false,
    ...(fallback === undefined ? {} : { fallback }),
  })
}

function tellVersion(port: DaemonPort): Interceptor {
  return (next) => async (request) => {
    const response = await next(request)
    response.header.set(versionHeader, port.snapshot().version)
    return response
  }
}
