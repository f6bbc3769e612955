import type { z } from 'zod'

import {
  type Address,
  enclosingPrefix,
  type Family,
  hostLength,
  parseAddress,
  parsePrefix,
  type Prefix,
} from '../../domain/address.js'
import { textWith, Wrong } from './leaf.js'

/** An address; `/32` or `/128` after it says the same. */
export function hostAddress(description: string, family?: Family): z.ZodType<Address> {
  return textWith({ description }, (written) => {
    const address = parseHost(written)
    if (address instanceof Wrong || family === undefined || address.family === family) return address
    return new Wrong(`\`${written}\` is not an ${familyName(family)} address`, `Write an ${familyName(family)} address`)
  })
}

export function familyName(family: Family): string {
  return family === 'ipv4' ? 'IPv4' : 'IPv6'
}

function parseHost(written: string): Address | Wrong {
  const [text = '', length, ...rest] = written.split('/')
  const address = parseAddress(text)
  if (address === undefined || rest.length > 0) return notAnAddress(written)
  const host = hostLength(address.family)
  if (length === undefined || length === String(host)) return address
  return new Wrong(`\`${written}\` is not a host: /${length} is the length of a network`, `Write \`${text}\``)
}

function notAnAddress(written: string): Wrong {
  const example = 'Write an address such as 203.0.113.53 or "2001:db8::53"'
  const problem = `\`${written}\` is not an IP address`
  if (/^::ffff:\d/i.test(written)) return new Wrong(problem, `Write the IPv4 address itself: ${written.slice(7)}`)
  if (written.includes('%')) return new Wrong(problem, 'Leave the `%` and the interface out')
  return new Wrong(problem, example)
}

/** A network; an address alone is a host. */
export function prefix(description: string): z.ZodType<Prefix> {
  return textWith({ description }, (written) => {
    const parsed = parsePrefix(written)
    if (parsed !== undefined) return parsed
    const [text = '', length = ''] = written.split('/')
    const address = parseAddress(text)
    if (address === undefined) return new Wrong(`\`${written}\` is not a network`, 'Write one such as 203.0.113.0/24')
    if (!/^\d{1,3}$/.test(length) || Number(length) > hostLength(address.family)) {
      const most = hostLength(address.family)
      return new Wrong(
        `\`${written}\` has no valid length`,
        `Write /0 to /${most} after an ${familyName(address.family)} address`,
      )
    }
    const network = enclosingPrefix(address, Number(length)).text
    return new Wrong(`\`${written}\` has bits set behind its length`, `Write ${network}, or the host ${text}`)
  })
}

export interface HostPort {
  readonly host: string
  readonly port: number
}

/** `host:port`, an IPv6 address in brackets. Undefined when it is neither. */
export function parseHostPort(written: string): HostPort | undefined {
  const [, bracketed, bare, port] = /^(?:\[([^\]]*)\]|([^:[\]\s/]+)):(\d{1,5})$/.exec(written) ?? []
  const number = Number(port)
  if (port === undefined || number < 1 || number > 65535) return undefined
  if (bracketed !== undefined) {
    const address = parseAddress(bracketed)
    return address?.family === 'ipv6' ? { host: address.text, port: number } : undefined
  }
  return bare !== undefined && isHost(bare) ? { host: bare, port: number } : undefined
}

/** Whether this can be looked up or connected to: an address, or a name of the DNS (RFC 1123 section 2.1). */
export function isHost(written: string): boolean {
  if (parseAddress(written) !== undefined) return true
  const labels = written.replace(/\.$/, '').split('.')
  // Digits and dots alone are a slip in an IPv4 address, not a name.
  if (/^[\d.]+$/.test(written) || written.length > 253) return false
  return labels.every((label) => /^[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?$/.test(label))
}

/** `host:port` as a value of the file. */
export function hostPort(description: string, example: string): z.ZodType<HostPort> {
  return textWith({ description }, (written) => parseHostPort(written) ?? wrongHostPort(written, example))
}

export function wrongHostPort(written: string, example: string): Wrong {
  const bare = /^([0-9a-f:]*:[0-9a-f:]*):(\d+)$/i.exec(written)
  const problem = `\`${written}\` is not host:port`
  if (bare !== null && parseAddress(bare[1] ?? '')?.family === 'ipv6') {
    return new Wrong(problem, `Put the IPv6 address in brackets: "[${bare[1]}]:${bare[2]}"`)
  }
  return new Wrong(problem, `Write ${example}; a port is a number from 1 to 65535`)
}
