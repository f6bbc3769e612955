import { z } from 'zod'

import { kindOf, leaf, textWith, Wrong } from '../leaf.js'
import { absolutePath, anyText, flag, oneOf } from '../scalars.js'
import { statusRanges } from '../status.js'
import { wrongUrl } from '../url.js'
import { expectation } from './parts.js'

const url = textWith(
  { description: 'http:// or https://; ${address}: each address of the VIP in turn' },
  (written) => wrongUrl(written) ?? written,
)

// A token of RFC 9110 section 5.6.2.
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

const method = textWith({ description: 'HTTP method; default GET' }, (written) =>
  /^[A-Z]+$/.test(written)
    ? written
    : new Wrong(`\`${written}\` is not a method`, 'Write one in capitals: GET, HEAD, POST'),
)

const headers = leaf<Readonly<Record<string, string>>>(
  { type: 'object', additionalProperties: { type: 'string' }, description: 'Request headers' },
  (written) => {
    if (typeof written !== 'object' || written === null || Array.isArray(written)) {
      return new Wrong(`must be a map, not ${kindOf(written)}`, 'Write {Host: "www.example"}')
    }
    const entries = Object.entries(written)
    const wrong = entries.find(
      ([key, value]) => !token.test(key) || typeof value !== 'string' || /[\r\n\0]/.test(value),
    )
    if (wrong === undefined) return Object.fromEntries(entries) as Record<string, string>
    return new Wrong(
      `the header \`${wrong[0]}\` is not valid`,
      'Write a name without spaces, and a quoted text on one line',
    )
  },
)

export const httpShape = {
  type: z.literal('http').meta({ description: 'Status and body of an HTTP answer match' }),
  url,
  method: method.optional(),
  headers: headers.optional(),
  body: anyText('Request body').optional(),
  expectStatus: statusRanges.optional(),
  expectBody: expectation('The body').optional(),
  followRedirects: flag('Whether to follow redirects; default false').optional(),
  ca: absolutePath('PEM file of the authorities to trust for https').optional(),
  insecure: flag('Accept any certificate; default false').optional(),
  http2: flag('Ask by HTTP/2, on http:// with prior knowledge; default false').optional(),
  connection: oneOf(['new', 'keep'], 'A new connection for each probe, or one kept open; default new').optional(),
}
