import { isHost } from './addresses.js'
import { Wrong } from './leaf.js'

/** What is wrong with the URL of a check; undefined when nothing is. `${address}` may stand for the host. */
export function wrongUrl(written: string): Wrong | undefined {
  const example = 'Write one such as http://127.0.0.1:8080/healthz'
  const [, scheme, authority] = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)/i.exec(written) ?? []
  if (scheme === undefined || authority === undefined) return new Wrong(`\`${written}\` is not a URL`, example)
  if (!/^https?$/i.test(scheme))
    return new Wrong(`\`${scheme}:\` is not HTTP`, 'Begin the URL with http:// or https://')
  if (authority.includes('@')) {
    return new Wrong('a URL with a password in it is not supported', 'Send it in `headers`: {Authorization: "Basic …"}')
  }
  if (/^[0-9a-f]*:[0-9a-f:]*:[0-9a-f:]*$/i.test(authority)) {
    return new Wrong(
      `\`${authority}\` is not a host and a port`,
      'Put an IPv6 address in brackets: http://[2001:db8::53]:8080/',
    )
  }
  const unknown = /\$\{(?!address\})[^}]*\}?/.exec(written)?.[0]
  if (unknown !== undefined) return new Wrong(`\`${unknown}\` stands for nothing`, 'Write ${address} for the address')
  // Any address does: what is tested is the rest.
  const filled = written.replaceAll('[${address}]', '192.0.2.1').replaceAll('${address}', '192.0.2.1')
  const host = urlHost(filled)
  return host !== undefined && isHost(host) ? undefined : new Wrong(`\`${written}\` is not a URL`, example)
}

/** The host of a URL, an IPv6 address without its brackets; undefined when the URL is none. */
export function urlHost(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined
  return new URL(url).hostname.replace(/^\[(.*)\]$/, '$1')
}
