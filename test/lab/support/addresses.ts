import { parseAddress } from '../../../src/domain/address.js'

/** The address that these 4 or 16 bytes are, as people write it; IPv4-mapped ones as ::ffff:192.0.2.1. */
export function formatAddress(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.')
  const view = Buffer.from(bytes)
  const groups = Array.from({ length: 8 }, (_, at) => view.readUInt16BE(at * 2).toString(16))
  const mapped = groups.slice(0, 6).join(':') === '0:0:0:0:0:ffff'
  return mapped ? `::ffff:${bytes.slice(12).join('.')}` : (parseAddress(groups.join(':'))?.text ?? groups.join(':'))
}
