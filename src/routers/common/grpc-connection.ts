import { readFileSync } from 'node:fs'
import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { Code, ConnectError, type Transport } from '@connectrpc/connect'
import { createGrpcTransport } from '@connectrpc/connect-node'
import type { TlsFiles } from '../../domain/config.js'
import { Http2Sessions } from './http2.js'

/** Where a routing daemon's gRPC API is. */
export type Endpoint =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number; readonly tls: TlsFiles | null }
  | { readonly kind: 'unix'; readonly path: string }

/** One HTTP/2 connection, opened by the first call and opened again by the first call after it was lost. */
export interface Connection {
  readonly transport: Transport
  /** Gives the connection up with every call on it: one that answers no longer would hold up the next call as well. */
  drop(): void
  /** Waits no longer for the calls on it, and leaves them be. */
  release(): void
}

/** The endpoint in a message: `127.0.0.1:50051`, `unix:/run/gobgpd.sock`. */
export function endpointText(endpoint: Endpoint): string {
  if (endpoint.kind === 'unix') return `unix:${endpoint.path}`
  return isIP(endpoint.host) === 6 ? `[${endpoint.host}]:${endpoint.port}` : `${endpoint.host}:${endpoint.port}`
}

/** Opens nothing yet. */
export function openConnection(endpoint: Endpoint): Connection {
  // The socket decides where a call goes; the URL's host is what the daemon is called on the way. A zone is not for URLs.
  const baseUrl =
    endpoint.kind === 'tcp' ? `http://${endpointText(endpoint).replace(/%[^\]]*/, '')}` : 'http://localhost'
  const sessionManager = new Http2Sessions(baseUrl, () => openSocket(endpoint))
  const transport = createGrpcTransport({
    baseUrl,
    sessionManager,
    acceptCompression: [],
    // What the subset does not name is of no use here, and a full table has much of it.
    binaryOptions: { readUnknownFields: false },
  })
  return {
    transport,
    release: () => sessionManager.release(),
    drop: () => sessionManager.drop(new ConnectError('the connection was given up', Code.DeadlineExceeded)),
  }
}

function openSocket(endpoint: Endpoint): Socket {
  if (endpoint.kind === 'unix') return connectTcp(endpoint.path)
  const { host, port, tls } = endpoint
  const options = { host, port, noDelay: true, keepAlive: true }
  if (tls === null) return connectTcp(options)
  const serverName = isIP(host) === 0 ? { servername: host } : {}
  return connectTls({ ...options, ...serverName, ALPNProtocols: ['h2'], ...readTlsFiles(tls) })
}

/** Read for each connection, so that a renewed certificate is used without a restart. */
function readTlsFiles({ ca, cert, key }: TlsFiles): { ca?: Buffer; cert?: Buffer; key?: Buffer } {
  return {
    ...(ca === null ? {} : { ca: readFileSync(ca) }),
    ...(cert === null ? {} : { cert: readFileSync(cert) }),
    ...(key === null ? {} : { key: readFileSync(key) }),
  }
}
