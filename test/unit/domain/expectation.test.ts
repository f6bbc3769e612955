import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import fc from 'fast-check'

import { parseExpectation } from '../../../src/domain/expectation.js'

describe('expectation', () => {
  it('is a text unless it stands between slashes', () => {
    for (const text of ['ready', '/', '//', '/healthz', 'a/b/', '/etc/passwd is no flag']) {
      assert.deepEqual(parseExpectation(text), { kind: 'text', text })
    }
  })

  it('is a regular expression between slashes, with flags', () => {
    assert.deepEqual(parseExpectation('/^ready$/im'), { kind: 'pattern', pattern: /^ready$/im })
    assert.deepEqual(parseExpectation('/a/b/'), { kind: 'pattern', pattern: /a\/b/ })
  })

  it('keeps no place between two searches: the flags g and y are none', () => {
    assert.equal(parseExpectation('/ready/g').kind, 'text')
    assert.equal(parseExpectation('/ready/y').kind, 'text')
  })

  it('says what is wrong with a regular expression', () => {
    const expectation = parseExpectation('/re(ady/')
    assert.ok(expectation.kind === 'invalid' && /group/i.test(expectation.message))
    assert.equal(parseExpectation('/a/ii').kind, 'invalid')
  })

  it('takes every text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const expectation = parseExpectation(text)
        if (!text.startsWith('/')) assert.deepEqual(expectation, { kind: 'text', text })
      }),
    )
  })
})
