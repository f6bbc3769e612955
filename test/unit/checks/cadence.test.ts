import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import fc from 'fast-check'

import { firstDelay, nextStart, resumeAt, spread } from '../../../src/checks/cadence.js'
import type { Timing } from '../../../src/checks/cadence.js'
import type { CheckState } from '../../../src/domain/check-verdict.js'
import { firstCheckState } from '../../../src/domain/check-verdict.js'

const undecided = firstCheckState(0)
const decided: CheckState = { ...undecided, verdict: 'passing' }

const timings: fc.Arbitrary<Timing> = fc
  .tuple(fc.integer({ min: 50, max: 600_000 }), fc.double({ min: 0.1, max: 1, noNaN: true }))
  .map(([interval, part]) => ({ interval, fastInterval: Math.max(50, Math.round(interval * part)) }))
  .filter(({ interval, fastInterval }) => fastInterval <= interval)
const moments = fc.double({ min: 0, max: 1e9, noNaN: true })
const phases = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

describe('cadence', () => {
  it('starts the next probe after the last and within an interval, a timer’s millisecond aside', () => {
    fc.assert(
      fc.property(moments, timings, phases, fc.constantFrom(undecided, decided), (last, timing, phase, state) => {
        const next = nextStart(last, state, timing, phase)
        assert.ok(next >= last + timing.fastInterval - 0.001 && next <= last + timing.interval + 1.001)
      }),
    )
  })

  it('comes to its place in the interval with the second probe, and stays there', () => {
    const calm = timings.filter(({ interval, fastInterval }) => fastInterval <= interval / 2)
    fc.assert(
      fc.property(moments, calm, phases, (last, timing, phase) => {
        const second = nextStart(last, decided, timing, phase)
        const at = nextStart(second, decided, timing, phase)
        assert.ok(Math.abs(nextStart(at, decided, timing, phase) - at - timing.interval) < 0.01)
      }),
    )
  })

  it('resumes within an interval, each check in its own place', () => {
    fc.assert(
      fc.property(moments, timings, phases, (now, timing, phase) => {
        const at = resumeAt(now, decided, timing, phase)
        assert.ok(at > now && at <= now + timing.interval + 1.001)
      }),
    )
  })

  it('leaves no gap of more than thrice the mean, however many checks there are', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 500 }), phases, (count, first) => {
        const places = Array.from({ length: count }, (_, n) => spread(n, first)).sort((a, b) => a - b)
        const gaps = places.map((place, n) => (places.at(n + 1) ?? 1 + places.at(0)!) - place)
        assert.ok(Math.max(...gaps) < 3 / count)
      }),
    )
  })

  it('starts a lone check at once, and all of many within a fastInterval', () => {
    const timing = { interval: 1000, fastInterval: 250 }
    assert.equal(firstDelay(0, 1, timing), 0)
    for (let n = 0; n < 5_000; n += 1) assert.ok(firstDelay(n, 5_000, timing) < 250)
  })
})
