import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import fc from 'fast-check'

import { collectAnswer, expectationOf } from '../../../src/checks/answer.js'
import { shown } from '../../../src/checks/shown.js'

/** Few letters, so that what is looked for begins often and ends seldom. */
const letters = (size: { minLength?: number; maxLength: number }): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom('a', 'b', 'é', '\n'), ...size })

function collected(expected: string, pieces: readonly string[]): boolean {
  const answer = collectAnswer(expectationOf(expected))
  for (const piece of pieces) answer.add(piece)
  return answer.met
}

describe('answer', () => {
  it('is met by a text however the answer is cut', () => {
    fc.assert(
      fc.property(letters({ minLength: 1, maxLength: 4 }), fc.array(letters({ maxLength: 6 })), (expected, pieces) => {
        assert.equal(collected(expected, pieces), pieces.join('').includes(expected))
      }),
    )
  })

  it('is met by a pattern when the whole answer matches it, however that is cut', () => {
    fc.assert(
      fc.property(fc.array(letters({ maxLength: 6 })), (pieces) => {
        if (/a+b.a/s.test(pieces.join(''))) assert.ok(collected('/a+b.a/s', pieces))
        assert.equal(collected('/abb/', pieces), pieces.join('').includes('abb'))
      }),
    )
  })

  it('shows what came, in one line', () => {
    const answer = collectAnswer(expectationOf('ready'))
    assert.equal(answer.lacks(), 'answer lacks "ready"')
    answer.add('not\r\nyet')
    assert.equal(answer.lacks(), 'answer lacks "ready": "not\\r\\nyet"')
    answer.add('x'.repeat(100))
    assert.equal(answer.lacks(), `answer lacks "ready": "not\\r\\nyet${'x'.repeat(32)}…"`)
  })

  it('refuses a pattern that is none', () => {
    assert.throws(() => expectationOf('/(/'), /is no regular expression/)
  })
})

describe('text of a service', () => {
  it('leaves nothing that moves a cursor or turns the direction of text', () => {
    const nasty = fc.constantFrom(
      '\u001b[2J',
      '\u009b31m',
      '\r',
      '\n',
      '\u007f',
      '\u202e',
      '\u2066',
      '\u200f',
      '\u2028',
    )
    fc.assert(
      fc.property(fc.array(fc.oneof(nasty, fc.string({ unit: 'binary' }))), (pieces) => {
        assert.doesNotMatch(shown(pieces.join(''), 1_000), /[\p{Cc}\u200e\u200f\u2028-\u202e\u2066-\u2069]/u)
      }),
    )
  })
})
