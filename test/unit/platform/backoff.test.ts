import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { backoff } from '../../../src/platform/backoff.js'

describe('a back-off', () => {
  it('doubles from the first delay to the longest, and stays there', () => {
    const delays = backoff(100, 1_000, () => 0.5)
    assert.deepEqual(
      Array.from({ length: 6 }, () => delays.next()),
      [100, 200, 400, 800, 1_000, 1_000],
    )
  })

  it('starts anew after a success', () => {
    const delays = backoff(100, 1_000, () => 0.5)
    delays.next()
    delays.next()
    delays.reset()
    assert.equal(delays.next(), 100)
  })

  it('is spread by a tenth to either side, so that hosts do not return in step', () => {
    const random = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(random, (value) => {
        const delay = backoff(100, 1_000, () => value).next()
        assert.ok(delay > 89.9 && delay < 110.1, String(delay))
      }),
    )
    assert.notEqual(backoff(100, 1_000, () => 0).next(), backoff(100, 1_000, () => 1).next())
  })
})
