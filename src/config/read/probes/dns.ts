import type { DnsProbe } from '../../../domain/config.js'
import { everyCheckShape } from '../../schema/checks.js'
import { dnsShape } from '../../schema/probes/dns.js'
import { Fields } from '../fields.js'
import type { Place } from '../place.js'

export function readDns(place: Place): DnsProbe {
  const fields = new Fields(place, dnsShape, { also: everyCheckShape })
  const expectRcode = fields.get('expectRcode', 'NOERROR')
  if (expectRcode !== 'NOERROR' && fields.good('expectRcode')) {
    fields
      .at('expect')
      ?.refuse(
        `an answer with ${expectRcode} has no record to look at`,
        'Remove `expect`, or write expectRcode: NOERROR',
      )
  }
  return {
    type: 'dns',
    host: fields.get('host', ''),
    port: fields.get('port', 53),
    query: fields.get('query', ''),
    rrtype: fields.get('rrtype', 'A'),
    transport: fields.get('transport', 'udp'),
    expect: fields.get('expect', null),
    expectRcode,
  }
}
