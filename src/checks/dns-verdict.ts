import { parseAddress } from '../domain/address.js'
import type { DnsProbe } from '../domain/config.js'
import type { Expectation } from '../domain/expectation.js'
import { expectationOf } from './answer.js'
import type { DnsMessage, DnsRecord } from './dns-message.js'
import type { Finding } from './probe.js'
import { failed, passed } from './probe.js'
import { bare, shown } from './shown.js'

export type DnsAnswer = Extract<DnsMessage, { kind: 'answer' }>

/** Says whether an answer is the one that a check wants. */
export function dnsVerdict(probe: DnsProbe): (answer: DnsAnswer) => Finding {
  const { rrtype, expectRcode } = probe
  const expected = probe.expect === null ? null : expectationOf(probe.expect)

  return ({ rcode, records }) => {
    if (rcode !== expectRcode) return failed(`${rcode}, expected ${expectRcode}`)
    if (rcode !== 'NOERROR') return passed(rcode)
    if (expected === null) {
      const asked = records.filter(({ type }) => type === rrtype)
      return asked.length === 0 ? failed(`${rcode}, but no ${rrtype} record`) : passed(`${rcode}${listed(asked)}`)
    }
    if (records.some((record) => meets(expected, record))) return passed('answered as expected')
    return failed(records.length === 0 ? `${rcode}, but no records` : `${lacking(expected)}${listed(records)}`)
  }
}

/** A text is the whole of what a record says: 192.0.2.1 is not a part of 192.0.2.10. */
function meets(expected: Expectation, { type, text }: DnsRecord): boolean {
  if (text === null) return false
  switch (expected.kind) {
    case 'text':
      return comparable(expected.text, type) === comparable(text, type)
    case 'pattern':
      return expected.pattern.test(text)
    case 'invalid':
      return false
  }
}

/** Addresses have many spellings, and names may be written with the dot at their end; only texts differ by case. */
function comparable(text: string, type: string): string {
  if (type === 'A' || type === 'AAAA') return parseAddress(text)?.text ?? text
  return type === 'TXT' ? text : text.toLowerCase().replace(/\.$/, '')
}

function lacking(expected: Expectation): string {
  switch (expected.kind) {
    case 'text':
      return `no record is ${shown(expected.text, 60)}`
    case 'pattern':
      return `no record matches ${String(expected.pattern)}`
    case 'invalid':
      return expected.message
  }
}

function listed(records: readonly DnsRecord[]): string {
  const [first] = records
  const more = records.length > 1 ? ` and ${records.length - 1} more` : ''
  return `: ${bare(first?.text ?? first?.type ?? '', 60)}${more}`
}
