/** One request of a probe: the configured one, or one that a redirect asked for. */
export interface Hop {
  readonly url: URL
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
}

export const maxRedirects = 5

/** Statuses that name another place for the same thing (RFC 9110 section 15.4); 300 and 304 do not. */
export function isRedirect(status: number): boolean {
  return status === 301 || status === 302 || status === 303 || status === 307 || status === 308
}

/** The request that a redirect asks for; null when its place is none of http or https. */
export function nextHop(hop: Hop, status: number, location: string): Hop | null {
  const url = URL.canParse(location, hop.url.href) ? new URL(location, hop.url) : null
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) return null
  const headers = url.origin === hop.url.origin ? hop.headers : withoutPrivate(hop.headers)
  return becomesGet(hop.method, status) ? { url, method: 'GET', headers, body: null } : { ...hop, url, headers }
}

/** As browsers do and RFC 9110 allows: 303 always, 301 and 302 after a POST. */
function becomesGet(method: string, status: number): boolean {
  if (status === 303) return method !== 'HEAD'
  return method === 'POST' && (status === 301 || status === 302)
}

/** Another origin must not learn the credentials of this one, nor be asked for this one's name. */
function withoutPrivate(headers: Hop['headers']): Hop['headers'] {
  const secret = new Set(['authorization', 'cookie', 'host'])
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !secret.has(name.toLowerCase())))
}
