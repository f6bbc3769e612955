import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'

/** What this host is called by those who mean it. */
export interface OwnNames {
  /** Where the HTTP side listens: an address, or a name. */
  readonly listen: string
  readonly names: readonly string[]
}

/**
 * Whether a request means this host. A web page can have its own name resolved to an address of this host (DNS rebinding),
 * and then read what a browser here can reach; but the browser says that name. An address can't be turned like that.
 *
 * Prometheus asks by whatever name an operator gave the host. Where other hosts can ask at all, metrics and health are
 * therefore given by any name; on the loopback nothing is.
 */
export function callsUs(
  { headers, url }: Pick<IncomingMessage, 'headers' | 'url'>,
  { listen, names }: OwnNames,
): boolean {
  if (headers.host === undefined) return true // of HTTP/1.0, which no browser speaks
  const path = url?.split('?', 1)[0] ?? ''
  if (!isLoopback(listen) && (path === '/metrics' || path === '/healthz')) return true
  const host = nameOf(headers.host)
  return isIP(host) !== 0 || isLoopback(host) || names.some((name) => nameOf(name) === host)
}

/** Without the port, the brackets of an IPv6 address, and the dot that may end a name. */
function nameOf(host: string): string {
  const [, bracketed, plain] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d*)?$/.exec(host) ?? []
  return (bracketed ?? plain ?? host).toLowerCase().replace(/\.$/, '')
}

/** Names below localhost are never resolved to another host (RFC 6761 section 6.3). */
function isLoopback(host: string): boolean {
  return /^(.+\.)?localhost$|^127\.\d+\.\d+\.\d+$|^::1$/.test(host)
}
