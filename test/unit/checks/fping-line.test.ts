import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import fc from 'fast-check'

import { parseFpingLine } from '../../../src/checks/fping-line.js'

const address = fc.oneof(fc.ipV4(), fc.ipV6())
/** fping pads names to the longest, and gives times three digits or more. */
const padding = fc.nat({ max: 30 }).map((count) => ' '.repeat(count + 1))
const time = fc.oneof(
  fc.double({ min: 0, max: 1_000, noNaN: true }).map((value) => value.toPrecision(3)),
  fc.double({ min: 0, max: 1_000, noNaN: true }).map((value) => value.toFixed(3)),
  fc.nat({ max: 10_000_000 }).map(String),
)

describe('a line of fping', () => {
  it('is read as it prints them', () => {
    assert.deepEqual(parseFpingLine('192.0.2.2    : [12], 64 bytes, 0.570 ms (0.570 avg, 0% loss)'), {
      kind: 'reply',
      address: '192.0.2.2',
      sequence: 12,
      milliseconds: 0.57,
    })
    assert.deepEqual(parseFpingLine(' [<- 2001:db8::3]2001:db8::2 : [0], 64 bytes, 703 ms (703 avg, 0% loss)'), {
      kind: 'refusal',
      address: '2001:db8::2',
      said: '2001:db8::3 replied in its place',
    })
    const refusal = 'ICMP Unreachable (Communication Administratively Prohibited) from 192.0.2.2 for ICMP Echo sent to'
    assert.deepEqual(parseFpingLine(`${refusal} 198.51.101.7`), {
      kind: 'refusal',
      address: '198.51.101.7',
      said: '192.0.2.2 said Unreachable (Communication Administratively Prohibited)',
    })
    assert.deepEqual(parseFpingLine('192.0.2.9 : [3], timed out (NaN avg, 100% loss)'), { kind: 'timed-out' })
    for (const text of ['', "fping: can't create socket (must run as root?)", '192.0.2.2 : xmt/rcv/%loss = 5/5/0%'])
      assert.deepEqual(parseFpingLine(text), { kind: 'other', text })
  })

  it('is a reply to the echo that it names, however wide and long it is', () => {
    const line = fc.tuple(address, padding, fc.nat(), fc.nat({ max: 65_535 }), time)
    fc.assert(
      fc.property(line, ([address, blanks, sequence, bytes, time]) => {
        const parsed = parseFpingLine(`${address}${blanks}: [${sequence}], ${bytes} bytes, ${time} ms (1 avg, 0% loss)`)
        assert.deepEqual(parsed, { kind: 'reply', address, sequence, milliseconds: Number(time) })
      }),
    )
  })

  it('is no reply when anything of it is missing, or follows it', () => {
    const whole = '192.0.2.2 : [7], 64 bytes, 0.57 ms (0.57 avg, 0% loss)'
    for (let length = 0; length < whole.length; length += 1)
      assert.notEqual(parseFpingLine(whole.slice(0, length)).kind, 'reply', whole.slice(0, length))
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (more) => assert.notEqual(parseFpingLine(whole + more).kind, 'reply')),
    )
  })

  it('may be anything at all', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
        assert.deepEqual(parseFpingLine(text), { kind: 'other', text })
      }),
    )
  })
})
