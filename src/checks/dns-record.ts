import type { Answer } from 'dns-packet'

import { parseAddress } from '../domain/address.js'

/** What a record says, in the form that `dig` prints it in, but for the dot at the end of names. Null: it can't be told. */
export function recordText(record: Answer): string | null {
  if (record.type === 'A' || record.type === 'AAAA') return parseAddress(record.data)?.text ?? null
  if (record.type === 'CNAME' || record.type === 'NS' || record.type === 'PTR') return record.data
  if (record.type === 'TXT') return [record.data].flat().map(String).join('')
  if (record.type === 'MX') return words(record.data.preference, record.data.exchange)
  if (record.type === 'SRV') {
    const { priority, weight, port, target } = record.data
    return words(priority, weight, port, target)
  }
  if (record.type === 'SOA') {
    const { mname, rname, serial, refresh, retry, expire, minimum } = record.data
    return words(mname, rname, serial, refresh, retry, expire, minimum)
  }
  if (record.type === 'CAA') return words(record.data.flags, record.data.tag, quoted(record.data.value))
  if (record.type === 'DS') {
    const { keyTag, algorithm, digestType, digest } = record.data
    return words(keyTag, algorithm, digestType, digest.toString('hex').toUpperCase())
  }
  if (record.type === 'NAPTR') {
    const { order, preference, flags, services, regexp, replacement } = record.data
    return words(order, preference, quoted(flags), quoted(services), quoted(regexp), replacement)
  }
  return null
}

function words(...parts: readonly (string | number | undefined)[]): string {
  return parts.join(' ')
}

function quoted(text: string): string {
  return `"${text}"`
}
