import { connect } from 'node:http2'
import { isIP } from 'node:net'

import type { Transport } from '@connectrpc/connect'
import { createGrpcTransport } from '@connectrpc/connect-node'

import { maxAnswer } from './answer.js'
import type { Endpoint, Security } from './dial.js'
import { dial, dialSecurely } from './dial.js'

export type ChannelSecurity = Pick<Security, 'context' | 'serverName'>

/** One connection for one call. */
export interface Channel {
  readonly transport: Transport
  /** What has not come yet, for the case that it never does. */
  readonly lacking: () => string
  /** The error of the connection; null when there was none. */
  readonly broken: () => NodeJS.ErrnoException | null
  readonly close: () => void
}

/** Connects at once. */
export function openChannel(endpoint: Endpoint, security: ChannelSecurity | null): Channel {
  const { socket, lacking } =
    security === null ? dial(endpoint) : dialSecurely(endpoint, { ...security, protocols: ['h2'] })
  const authority = `${security === null ? 'http' : 'https'}://${authorityOf(endpoint, security)}`
  let broken: Error | null = null
  socket.on('error', (error) => (broken ??= error))
  const session = connect(authority, { createConnection: () => socket })
  session.on('error', () => {}) // that of the socket, or of the call, which tells more
  const transport = createGrpcTransport({
    baseUrl: authority,
    sessionManager: {
      authority,
      request: (method, path, headers, options) =>
        Promise.resolve(session.request({ ...headers, ':method': method, ':path': path }, options)),
      notifyResponseByteRead: () => {},
    },
    // A few compressed bytes can hold a very long answer.
    acceptCompression: [],
    readMaxBytes: maxAnswer,
  })
  return { transport, lacking, broken: () => broken, close: () => session.destroy() }
}

/** Servers for many names tell them apart by this. */
function authorityOf({ host, port }: Endpoint, security: ChannelSecurity | null): string {
  const name = security?.serverName ?? host
  return `${isIP(name) === 6 ? `[${name}]` : name}:${port}`
}
