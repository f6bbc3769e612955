import { Agent as HttpAgent } from 'node:http'
import type { RequestOptions } from 'node:https'
import { Agent as HttpsAgent } from 'node:https'
import type { LookupFunction } from 'node:net'
import type { SecureContext } from 'node:tls'
import { urlToHttpOptions } from 'node:url'

import type { HttpProbe } from '../domain/config.js'
import type { Exchanged, HttpTransport, Reading } from './http-exchange.js'
import { exchange } from './http-exchange.js'
import type { Hop } from './http-redirect.js'
import type { ProbeTools } from './probe.js'
import type { Trust } from './trust.js'
import { trustOf } from './trust.js'

/** Sends requests by HTTP/1.1. */
export class HttpClient implements HttpTransport {
  readonly #probe: HttpProbe
  readonly #lookup: LookupFunction
  readonly #trust: Trust
  #secureContext: SecureContext | undefined
  #known: { readonly hop: Hop; readonly options: RequestOptions } | undefined
  #plain: HttpAgent | undefined
  #secure: HttpsAgent | undefined

  constructor(probe: HttpProbe, { clock, lookup }: ProbeTools) {
    this.#probe = probe
    this.#lookup = lookup
    this.#trust = trustOf(probe.ca, clock)
  }

  async loadTrust(): Promise<void> {
    const context = await this.#trust()
    if (context !== this.#secureContext) this.#known = undefined
    this.#secureContext = context
  }

  send(hop: Hop, reading: Reading, signal: AbortSignal): Promise<Exchanged> {
    return exchange({ ...reading, options: this.#options(hop), body: hop.body }, signal)
  }

  /** What Node needs to know to send a request; the last answer serves again, as long as nothing redirects. */
  #options(hop: Hop): RequestOptions {
    if (this.#known?.hop !== hop) this.#known = { hop, options: this.#optionsOf(hop) }
    return this.#known.options
  }

  close(): void {
    this.#plain?.destroy()
    this.#secure?.destroy()
  }

  #optionsOf({ url, method, headers }: Hop): RequestOptions {
    const tls = url.protocol === 'https:'
    return {
      ...urlToHttpOptions(url),
      method,
      headers,
      lookup: this.#lookup,
      agent: tls ? this.#secureAgent() : this.#plainAgent(),
      ...(tls && { rejectUnauthorized: !this.#probe.insecure, secureContext: this.#secureContext }),
    }
  }

  #plainAgent(): HttpAgent {
    this.#plain ??= new HttpAgent({ keepAlive: this.#probe.connection === 'keep', maxFreeSockets: 1 })
    return this.#plain
  }

  /** Sessions are not resumed: that skips the certificate, and one that has expired meanwhile would pass. */
  #secureAgent(): HttpsAgent {
    const keepAlive = this.#probe.connection === 'keep'
    this.#secure ??= new HttpsAgent({ keepAlive, maxFreeSockets: 1, maxCachedSessions: 0 })
    return this.#secure
  }
}
