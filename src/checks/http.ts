import type { HttpProbe } from '../domain/config.js'
import type { Expectation } from '../domain/expectation.js'
import type { Answer } from './answer.js'
import { collectAnswer, expectationOf } from './answer.js'
import { HttpClient } from './http-client.js'
import type { Exchanged, HttpTransport } from './http-exchange.js'
import { Http2Client } from './http2-client.js'
import type { Hop } from './http-redirect.js'
import { isRedirect, maxRedirects, nextHop } from './http-redirect.js'
import type { Finding, ProbeKind, Prober, ProbeTools } from './probe.js'
import { failed, passed, untested } from './probe.js'
import { shown } from './shown.js'

/**
 * Passes when the status is one of `expectStatus` and the body has what `expectBody` says. The status is looked at first;
 * then the body is read to its end or to 256 KiB, after which the connection is closed. With `followRedirects` this holds
 * for the answer at the end of up to five redirects.
 *
 * | what happens                             | result                                                                    |
 * |------------------------------------------|---------------------------------------------------------------------------|
 * | status and body match                    | pass: status 200                                                          |
 * | another status                           | fail: status 503, expected 200-399                                        |
 * | the body lacks what is expected          | fail: status 200, answer lacks "ready": "what came"                       |
 * | nobody listens; reset                    | fail: connection refused; connection reset                                |
 * | closed before, or within, the answer     | fail: closed without an answer; status 200, but the body was cut off      |
 * | no HTTP                                  | fail: the answer is not HTTP                                              |
 * | with `http2`: none of it; called off     | fail: the answer is not HTTP/2; the service reset the request: REFUSED_STREAM |
 * | a certificate that is not good           | fail: certificate expired; certificate is not for …                       |
 * | late                                     | fail: no connection, connected, but no answer, … not the whole body within… |
 *
 * A kept connection that the service closed between two probes is no failure: the request goes over a new one.
 */
export const http: ProbeKind<HttpProbe> = {
  target: (probe) => new URL(probe.url).hostname.replace(/^\[(.*)\]$/, '$1'),
  create: (probe, tools) => new HttpProber(probe, tools),
}

class HttpProber implements Prober {
  readonly #probe: HttpProbe
  readonly #client: HttpTransport
  readonly #expectBody: Expectation | null
  readonly #first: Hop

  constructor(probe: HttpProbe, tools: ProbeTools) {
    this.#probe = probe
    this.#client = probe.http2 ? new Http2Client(probe, tools) : new HttpClient(probe, tools)
    this.#expectBody = probe.expectBody === null ? null : expectationOf(probe.expectBody)
    this.#first = {
      url: new URL(probe.url),
      method: probe.method,
      headers: withUserAgent(probe.headers),
      body: probe.body,
    }
  }

  async probe(signal: AbortSignal): Promise<Finding> {
    let hop = this.#first
    for (let redirects = 0; redirects <= maxRedirects; redirects += 1) {
      const answer = this.#expectBody === null ? null : collectAnswer(this.#expectBody)
      const end = await this.#send(hop, answer, signal)
      if (end.kind === 'lost') return redirects === 0 ? end.finding : inconclusive(end.finding)
      if (!this.#follows(end.status) || end.location === null) return this.#judge(end, answer)
      const next = nextHop(hop, end.status, end.location)
      if (next === null) return failed(`redirected to ${shown(end.location)}, which is no HTTP URL`)
      hop = next
    }
    return failed(`more than ${maxRedirects} redirects`)
  }

  close(): void {
    this.#client.close()
  }

  /** Again, when the connection was a kept one and the service had closed it: that says nothing of its health. */
  async #send(hop: Hop, answer: Answer | null, signal: AbortSignal): Promise<Exclude<Exchanged, { kind: 'stale' }>> {
    const wants = (status: number): boolean => this.#follows(status) || this.#expects(status)
    if (hop.url.protocol === 'https:') {
      try {
        await this.#client.loadTrust()
      } catch (error) {
        return { kind: 'lost', finding: untested((error as Error).message) }
      }
    }
    for (;;) {
      const end = await this.#client.send(hop, { wants, answer }, signal)
      if (end.kind !== 'stale') return end
    }
  }

  #follows(status: number): boolean {
    return this.#probe.followRedirects && isRedirect(status)
  }

  #expects(status: number): boolean {
    return this.#probe.expectStatus.some(([low, high]) => low <= status && status <= high)
  }

  #judge({ status, complete }: Extract<Exchanged, { kind: 'answered' }>, answer: Answer | null): Finding {
    if (!this.#expects(status)) return failed(`status ${status}, expected ${rangesText(this.#probe.expectStatus)}`)
    if (!complete) return failed(`status ${status}, but the body was cut off`)
    if (answer === null) return passed(`status ${status}`)
    return answer.met ? passed(`status ${status}, body as expected`) : failed(`status ${status}, ${answer.lacks()}`)
  }
}

/** Who listens elsewhere says nothing of the service that redirects there. */
function inconclusive(finding: Finding): Finding {
  return finding.outcome === 'aborted' ? finding : { ...finding, conclusive: false }
}

/** So that a service's access log tells who asks. */
function withUserAgent(headers: HttpProbe['headers']): HttpProbe['headers'] {
  const named = Object.keys(headers).some((name) => name.toLowerCase() === 'user-agent')
  return named ? headers : { 'User-Agent': 'vipcast', ...headers }
}

function rangesText(ranges: HttpProbe['expectStatus']): string {
  return ranges.map(([low, high]) => (low === high ? String(low) : `${low}-${high}`)).join(', ')
}
