import type { HttpProbe } from '../../../domain/config.js'
import { everyCheckShape } from '../../schema/checks.js'
import { httpShape } from '../../schema/probes/http.js'
import { Fields } from '../fields.js'
import type { Place } from '../place.js'

/** They are about an HTTP/1 connection (RFC 9113 section 8.2.2). */
const notInHttp2 = new Set([
  'connection',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
])

export function readHttp(place: Place): HttpProbe {
  const fields = new Fields(place, httpShape, { also: everyCheckShape })
  const url = fields.get('url', '')
  const method = fields.get('method', 'GET')
  if (method === 'HEAD') {
    fields.at('expectBody')?.refuse('the answer to HEAD has no body', 'Write method: GET, or remove `expectBody`')
  }
  if (fields.get('insecure'))
    fields.at('ca')?.warn('`insecure` accepts any certificate, so this has no effect', 'Keep one of them')
  for (const key of ['ca', 'insecure'] as const) {
    if (url.startsWith('http:'))
      fields.at(key)?.warn(`\`${key}\` has no effect on http://`, 'Remove it, or write https://')
  }
  const http2 = fields.get('http2', false)
  const headers = fields.get('headers', {})
  const barred = Object.keys(headers).find((name) => http2 && notInHttp2.has(name.toLowerCase()))
  if (barred !== undefined) {
    fields.at('headers')?.refuse(`HTTP/2 has no header \`${barred}\``, 'Remove it, or `http2`')
  }
  return {
    type: 'http',
    url,
    method,
    headers,
    body: fields.get('body', null),
    expectStatus: fields.get('expectStatus', [[200, 399]]),
    expectBody: fields.get('expectBody', null),
    followRedirects: fields.get('followRedirects', false),
    ca: fields.get('ca', null),
    insecure: fields.get('insecure', false),
    http2,
    connection: fields.get('connection', 'new'),
  }
}
