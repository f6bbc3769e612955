import { isMap, isScalar, Scalar } from 'yaml'

import { parseAddress } from '../../domain/address.js'

/**
 * The IPv6 address, or network, that stands here without quotes where it needs them. Readers of YAML disagree about one
 * inside `[ ]` or `{ }`: older ones refuse it or make a map of it. One that ends in `::` is a map to all of them,
 * `{"2001:db8:": null}`, anywhere.
 */
export function unquotedIpv6(yaml: unknown, flow: boolean): string | undefined {
  if (isScalar(yaml)) return flow ? plainIpv6(yaml, '') : undefined
  if (!isMap(yaml) || yaml.items.length !== 1) return undefined
  const key = yaml.items[0]?.key
  return isScalar(key) ? plainIpv6(key, ':') : undefined
}

function plainIpv6(scalar: Scalar, lost: string): string | undefined {
  const text = `${scalar.source}${lost}`
  const [address = '', length = '0', ...rest] = text.split('/')
  // Most plain words are none: that is seen here without the cost of parsing them.
  if (!/^[0-9a-f:.]*:[0-9a-f:.]*$/i.test(address)) return undefined
  if (scalar.type !== Scalar.PLAIN || rest.length > 0 || !/^\d+$/.test(length)) return undefined
  return parseAddress(address)?.family === 'ipv6' ? text : undefined
}
