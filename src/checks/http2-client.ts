import { connect, type ClientHttp2Session } from 'node:http2'
import type { SecureContext, TLSSocket } from 'node:tls'

import type { HttpProbe } from '../domain/config.js'
import { dial, dialSecurely, type Endpoint } from './dial.js'
import type { Exchanged, HttpTransport, Reading } from './http-exchange.js'
import { exchangeOver, type Http2Connection } from './http2-exchange.js'
import type { Hop } from './http-redirect.js'
import type { ProbeTools } from './probe.js'
import { trustOf, type Trust } from './trust.js'

/**
 * Sends requests by HTTP/2: with prior knowledge to http://, where nothing is negotiated (RFC 9113 section 3.3), and as
 * agreed in the TLS handshake to https://.
 */
export class Http2Client implements HttpTransport {
  readonly #probe: HttpProbe
  readonly #tools: ProbeTools
  readonly #trust: Trust
  #secureContext: SecureContext | undefined
  /** By origin. */
  readonly #kept = new Map<string, Http2Connection>()

  constructor(probe: HttpProbe, tools: ProbeTools) {
    this.#probe = probe
    this.#tools = tools
    this.#trust = trustOf(probe.ca, tools.clock)
  }

  async loadTrust(): Promise<void> {
    this.#secureContext = await this.#trust()
  }

  async send(hop: Hop, reading: Reading, signal: AbortSignal): Promise<Exchanged> {
    const { origin } = hop.url
    const kept = this.#kept.get(origin)
    this.#kept.delete(origin)
    const reused = kept?.usable() === true
    if (!reused) kept?.close()
    const connection = reused ? kept : this.#connect(hop)
    const end = await exchangeOver(connection, hop, reading, signal)
    if (this.#probe.connection === 'keep' && end.kind === 'answered' && end.complete && connection.usable()) {
      this.#kept.set(origin, { ...connection, reused: true })
    } else {
      connection.close()
    }
    return end
  }

  close(): void {
    for (const connection of this.#kept.values()) connection.close()
    this.#kept.clear()
  }

  #connect({ url, headers }: Hop): Http2Connection {
    const secure = url.protocol === 'https:'
    const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
    const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port)
    const endpoint = { host, port, lookup: this.#tools.lookup }
    const { socket, lacking } = secure ? this.#dialSecurely(endpoint, headers) : dial(endpoint)
    let broken: Error | null = null
    socket.on('error', (error) => (broken ??= error))
    const session = connect(url.origin, { ...limits, createConnection: () => socket })
    if (secure) socket.once('secureConnect', () => agreed(socket as TLSSocket, session))
    let goneAway: number | null = null
    session.on('goaway', (code) => (goneAway = code))
    session.on('error', (error) => (broken ??= error))
    return {
      session,
      reused: false,
      lacking,
      broken: () => broken,
      goneAway: () => goneAway,
      usable: () => !session.closed && !session.destroyed && goneAway === null,
      close: () => session.destroy(),
    }
  }

  /** By the name that the request is for, as Node's HTTP/1 client does it. */
  #dialSecurely(endpoint: Endpoint, headers: Hop['headers']): ReturnType<typeof dialSecurely> {
    const context = this.#secureContext
    if (context === undefined) throw new TypeError('the authorities are loaded before')
    const [, written] = Object.entries(headers).find(([name]) => name.toLowerCase() === 'host') ?? []
    const serverName = written?.replace(/:\d+$/, '') ?? null
    return dialSecurely(endpoint, { context, serverName, protocols: ['h2'], insecure: this.#probe.insecure })
  }
}

/** Of headers as many as fit into the 64 KiB that Node takes, not the 128 that it would count to. */
const limits = { settings: { enablePush: false }, maxHeaderListPairs: 4096 }

/** A server that knows nothing of ALPN (RFC 7301) agrees to nothing, and would answer by HTTP/1. */
function agreed(socket: TLSSocket, session: ClientHttp2Session): void {
  if (socket.alpnProtocol === 'h2') return
  session.destroy(Object.assign(new Error('no HTTP/2'), { code: 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL' }))
}
