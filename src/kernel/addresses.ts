import { parseAddress } from '../domain/address.js'
import type { MonitorSubject } from './monitor.js'

/** One address as `ip -o address` or `ip -o monitor address` prints it. */
export interface AddressLine {
  readonly interface: string
  /** Canonical text. */
  readonly address: string
  /** Prefix length; of a point-to-point address the length of its peer. */
  readonly length: number
  /** Whether the kernel removes it by itself when its lifetime is over. */
  readonly expires: boolean
  /** Whether it is for this host alone: of scope `host`. */
  readonly hostScope: boolean
  /** Of a monitor's line: whether the address is gone. */
  readonly deleted: boolean
}

/**
 * One line, for example
 *
 *     1: lo    inet 203.0.113.53/32 scope host lo\       valid_lft forever preferred_lft forever
 *     1: lo    inet 203.0.113.80/32 scope host dynamic lo\       valid_lft 14sec preferred_lft 14sec
 *     Deleted 4: eth0@if3    inet6 2001:db8::1/64 scope global \ …
 *     5: ppp0    inet 192.0.2.1 peer 192.0.2.2/32 scope global ppp0\ …
 *
 * Text and not `-j`: JSON.parse holds the event loop for all addresses at once, lines can be read a few at a time.
 */
const pattern = /^(Deleted )?\d+: (\S+?)(?:@\S+)?\s+inet6? ([0-9a-f.:]+)(?: peer [0-9a-f.:]+)?\/(\d+)/

/** Undefined for a line that is not about an address. */
export function parseAddressLine(line: string): AddressLine | undefined {
  const [, deleted, device, text, length] = pattern.exec(line) ?? []
  if (device === undefined || text === undefined) return undefined
  const expires = line.includes(' valid_lft ') && !line.includes(' valid_lft forever')
  return {
    interface: device,
    address: canonical(text),
    length: Number(length),
    expires,
    hostScope: line.includes(' scope host '),
    deleted: deleted !== undefined,
  }
}

/**
 * The kernel's texts are canonical already, but for the deprecated IPv4-compatible IPv6 addresses, which the C library
 * prints with dots. Parsing ten thousand for that would take longer than listing them.
 */
function canonical(text: string): string {
  return text.includes(':') && text.includes('.') ? (parseAddress(text)?.text ?? text) : text
}

/** Every change of an address of this host. */
export const addressEvents: MonitorSubject = {
  argv: ['-o', 'monitor', 'address'],
  plural: 'addresses',
  newsFilter,
  describe: (line) => {
    const parsed = parseAddressLine(line)
    if (parsed === undefined) return 'an address changed'
    return `${parsed.address} ${parsed.deleted ? 'gone from' : 'on'} ${parsed.interface}`
  },
}

/**
 * The kernel also tells each time that an address is given another lifetime: our own refreshes, and those of IPv6 routers,
 * would make us look all the time.
 */
function newsFilter(): (line: string) => boolean {
  const there = new Set<string>()
  return (line) => {
    const parsed = parseAddressLine(line)
    if (parsed === undefined) return true
    const key = `${parsed.interface} ${parsed.address}/${parsed.length}`
    const known = there.has(key)
    if (parsed.deleted) there.delete(key)
    else there.add(key)
    return parsed.deleted || !known
  }
}
