import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import fc from 'fast-check'

import { parseAgentAnswer } from '../../../src/checks/agent-answer.js'

const well = ['up', 'READY', '1%', '75%', '100%', '256%']
const unwell = ['drain', 'maint', 'Down', 'fail', 'failed', 'stopped', '0%', '000%']
const neither = ['maxconn:30']
const garbage = ['220', '%', '-1%', '1.5%', 'upp', 'maxconn:', 'http/1.1', '\u0000', '__proto__']

/** The words of a line, between any of the separators. */
const lineOf = (words: fc.Arbitrary<string[]>): fc.Arbitrary<string> =>
  fc.tuple(words, fc.constantFrom(' ', ', ', '\t', ',,')).map(([words, between]) => words.join(between))

describe('the answer of an agent', () => {
  it('is well where a word says so and none says otherwise', () => {
    const words = fc.tuple(fc.constantFrom(...well), fc.array(fc.constantFrom(...well, ...neither)))
    fc.assert(
      fc.property(lineOf(words.map(([one, more]) => [...more, one])), (line) =>
        assert.deepEqual(parseAgentAnswer(line), { kind: 'well' }),
      ),
    )
  })

  it('is unwell where a single word says so, whatever stands beside it', () => {
    const any = fc.array(fc.constantFrom(...well, ...unwell, ...neither, ...garbage))
    const words = fc.tuple(any, fc.constantFrom(...unwell), any).map(([a, one, b]) => [...a, one, ...b])
    fc.assert(fc.property(lineOf(words), (line) => assert.deepEqual(parseAgentAnswer(line), { kind: 'unwell' })))
  })

  it('is garbage where a word is none of the protocol, and names it', () => {
    const words = fc.tuple(fc.array(fc.constantFrom(...well, ...neither)), fc.constantFrom(...garbage))
    fc.assert(
      fc.property(words, ([before, word]) =>
        assert.deepEqual(parseAgentAnswer([...before, word, 'up'].join(' ')), { kind: 'garbage', word }),
      ),
    )
  })

  it('says nothing when it speaks of a limit alone, or of nothing', () => {
    for (const line of ['', ' \t', 'maxconn:30', '# up']) assert.deepEqual(parseAgentAnswer(line), { kind: 'silent' })
  })

  it('ends where a remark begins', () => {
    assert.deepEqual(parseAgentAnswer('up 75% #not down, and no garbage'), { kind: 'well' })
    assert.deepEqual(parseAgentAnswer('down#up'), { kind: 'unwell' })
  })

  it('is read without an error, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (line) => {
        assert.ok(['well', 'unwell', 'silent', 'garbage'].includes(parseAgentAnswer(line).kind))
      }),
    )
  })
})
