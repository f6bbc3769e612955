import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import type { Answer } from 'dns-packet'
import { decode, encode } from 'dns-packet'
import fc from 'fast-check'

import { encodeQuery, readMessage } from '../../../src/checks/dns-message.js'
import type { DnsQuestion } from '../../../src/checks/dns-message.js'
import { parseAddress } from '../../../src/domain/address.js'
import { answer } from '../../support/dns-servers.js'

const question: DnsQuestion = { name: 'health.example', type: 'A' }
const id = 0xbeef

const label = fc.stringMatching(/^[a-z0-9_-]{1,20}$/)
const name = fc.array(label, { minLength: 1, maxLength: 5 }).map((labels) => labels.join('.'))
const short = fc.nat(0xffff)
const word = fc.stringMatching(/^[ !#-~]{0,40}$/)

/** A record, and the text that it should be read as. */
const record: fc.Arbitrary<readonly [Answer, string]> = fc.oneof(
  fc.ipV4().map((data) => [{ type: 'A' as const, name: 'x', data }, data] as const),
  // The library does not encode every spelling of an address; that is no matter of reading.
  fc
    .ipV6()
    .map((written) => parseAddress(written)?.text ?? '::')
    .map((data) => [{ type: 'AAAA' as const, name: 'x', data }, data] as const),
  name.map((data) => [{ type: 'CNAME' as const, name: 'x', data }, data] as const),
  name.map((data) => [{ type: 'NS' as const, name: 'x', data }, data] as const),
  fc
    .array(word, { minLength: 1, maxLength: 4 })
    .map((data): [Answer, string] => [{ type: 'TXT', name: 'x', data: [...data] }, data.join('')]),
  fc
    .record({ preference: short, exchange: name })
    .map((data) => [{ type: 'MX' as const, name: 'x', data }, `${data.preference} ${data.exchange}`] as const),
  fc
    .record({ priority: short, weight: short, port: short, target: name })
    .map((data) => [{ type: 'SRV' as const, name: 'x', data }, Object.values(data).join(' ')] as const),
  fc
    .record({ order: short, preference: short, flags: label, services: label, regexp: word, replacement: name })
    .map((data) => {
      const text = `${data.order} ${data.preference} "${data.flags}" "${data.services}" "${data.regexp}" ${data.replacement}`
      return [{ type: 'NAPTR' as const, name: 'x', data }, text] as const
    }),
)

const reply = (records: readonly Answer[]): Buffer => answer(decode(encodeQuery(question, id)), [...records])

describe('a DNS message', () => {
  it('is read as it was sent, whatever its records are', () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 10 }), (records) => {
        const message = readMessage(reply(records.map(([sent]) => sent)), question, id)
        assert.ok(message.kind === 'answer')
        assert.deepEqual(
          message.records.map(({ type, text }) => `${type} ${text}`),
          records.map(([{ type }, text]) => `${type} ${text}`),
        )
      }),
    )
  })

  it('is no answer when it is cut off anywhere', () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 5 }), fc.nat(), (records, at) => {
        const bytes = reply(records.map(([sent]) => sent))
        assert.notEqual(readMessage(bytes.subarray(0, at % bytes.length), question, id).kind, 'answer')
      }),
    )
  })

  it('is read without an error, whatever its bytes are', () => {
    const header = Buffer.from([id >> 8, id & 0xff, 0x81, 0x80])
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
        readMessage(Buffer.concat([header, bytes]), question, id)
        readMessage(Buffer.from(bytes), question, id)
      }),
      { numRuns: 500 },
    )
  })

  it('is read without an error when some of its bytes were changed on the way', () => {
    const change = fc.tuple(fc.nat(), fc.nat(255))
    fc.assert(
      fc.property(fc.array(record, { maxLength: 5 }), fc.array(change, { maxLength: 8 }), (records, changes) => {
        const bytes = reply(records.map(([sent]) => sent))
        for (const [at, value] of changes) bytes[at % bytes.length] = value
        for (const { text } of textsOf(bytes)) assert.ok(text === null || typeof text === 'string')
      }),
      { numRuns: 500 },
    )
  })

  it('is foreign unless number, name and type are those of the question', () => {
    fc.assert(
      fc.property(short, name, fc.constantFrom('A', 'AAAA', 'TXT'), (number, asked, type) => {
        const bytes = encode({ type: 'response', id: number, questions: [{ name: asked, type }] })
        const mine = number === id && asked === question.name && type === question.type
        assert.equal(readMessage(bytes, question, id).kind, mine ? 'answer' : 'foreign')
      }),
    )
    const other = encode({ type: 'response', id, questions: [{ name: 'HEALTH.Example', type: 'A' }] })
    assert.equal(readMessage(other, question, id).kind, 'answer')
  })

  it('is not read when it is longer than 8 KiB', () => {
    const records: Answer[] = Array.from({ length: 300 }, () => ({ type: 'A', name: question.name, data: '192.0.2.1' }))
    assert.equal(reply(records).length > 8192, true)
    assert.deepEqual(readMessage(reply(records), question, id), { kind: 'too-long' })
    assert.equal(readMessage(reply(records.slice(0, 200)), question, id).kind, 'answer')
  })

  it('leads no reader in circles by pointers of its names', () => {
    const pointer = [0xc0, 12]
    const bytes = Buffer.from([id >> 8, id & 0xff, 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0, ...pointer, 0, 1, 0, 1])
    assert.deepEqual(readMessage(bytes, question, id), { kind: 'invalid' })
  })
})

function textsOf(bytes: Buffer): readonly { text: string | null }[] {
  const message = readMessage(bytes, question, id)
  return message.kind === 'answer' ? message.records : []
}
