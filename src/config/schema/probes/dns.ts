import { z } from 'zod'

import { textWith, Wrong } from '../leaf.js'
import { oneOf, wholeNumber } from '../scalars.js'
import { expectation, host } from './parts.js'

// What can be put on the wire without escapes; RFC 1035 section 3.1 limits labels and names.
const label = /^[!-\-/-[\]-~]{1,63}$/

const query = textWith({ description: 'Name to ask for; . is the root' }, (written) => {
  const name = written.replace(/\.$/, '')
  if (written !== '' && (name === '' || (name.length <= 253 && name.split('.').every((part) => label.test(part))))) {
    return written
  }
  return new Wrong(
    `\`${written}\` is not a name of the DNS`,
    'Write labels of 1 to 63 ASCII characters with dots between them, 253 at most; other alphabets as xn--…',
  )
})

const recordTypes = ['A', 'AAAA', 'CAA', 'CNAME', 'DS', 'MX', 'NAPTR', 'NS', 'PTR', 'SOA', 'SRV', 'TXT'] as const

const rcodes = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'] as const

export const dnsShape = {
  type: z.literal('dns').meta({ description: 'A DNS server answers a question' }),
  host,
  port: wholeNumber(1, 65535, 'UDP or TCP port; default 53').optional(),
  query,
  rrtype: oneOf(recordTypes, 'Type of record to ask for; default A').optional(),
  transport: oneOf(['udp', 'tcp'], 'How to ask; default udp').optional(),
  expect: expectation('What a record of the answer says').optional(),
  expectRcode: oneOf(rcodes, 'Response code that passes; default NOERROR').optional(),
}
