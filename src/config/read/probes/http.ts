import type { HttpProbe } from '../../../domain/config.js'
import { everyCheckShape } from '../../schema/checks.js'
import { httpShape } from '../../schema/probes/http.js'
import { Fields } from '../fields.js'
import type { Place } from '../place.js'

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
  return {
    type: 'http',
    url,
    method,
    headers: fields.get('headers', {}),
    body: fields.get('body', null),
    expectStatus: fields.get('expectStatus', [[200, 399]]),
    expectBody: fields.get('expectBody', null),
    followRedirects: fields.get('followRedirects', false),
    ca: fields.get('ca', null),
    insecure: fields.get('insecure', false),
    connection: fields.get('connection', 'new'),
  }
}
