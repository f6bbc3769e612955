import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import {
  firstHealth,
  healthDeadline,
  isDamped,
  isHeld,
  nothingInherited,
  releaseHold,
  stepHealth,
  type Health,
  type HealthLimits,
} from '../../../src/domain/health.js'
import type { Verdict } from '../../../src/domain/vote.js'

const limits: HealthLimits = {
  holdDown: 5_000,
  damping: { window: 600_000, factor: 3, max: 100_000 },
  whenDown: { kind: 'withdraw' },
  adoptFor: 30_000,
}
const undamped: HealthLimits = { ...limits, damping: null }
const failOpen: HealthLimits = { ...limits, whenDown: { kind: 'announce', attributes: { bgp: {}, ospf: {} } } }

function health(verdict: Verdict, over: Partial<Health> = {}): Health {
  return { verdict, since: 0, heldUntil: null, withdrawals: [], keptUntil: null, ...over }
}

/** Goes down and comes up again at each of the times. */
function flap(times: readonly number[], of: HealthLimits): Health {
  return times.reduce(
    (state, at) => stepHealth(stepHealth(state, 'down', true, of, at), 'up', false, of, at + 1),
    health('up'),
  )
}

describe('health at the start', () => {
  it('is undecided, and keeps what the life before announced for adoptFor', () => {
    const first = firstHealth({ announced: true, heldUntil: null, withdrawals: [] }, 30_000, 1_000)
    assert.equal(first.verdict, 'unknown')
    assert.equal(first.keptUntil, 31_000)
  })

  it('keeps nothing where the life before announced nothing', () => {
    assert.equal(firstHealth(nothingInherited, 30_000, 1_000).keptUntil, null)
  })

  it('inherits the hold-down in force, and the withdrawals that count for damping', () => {
    const first = firstHealth({ announced: false, heldUntil: 9_000, withdrawals: [1, 2] }, 30_000, 5_000)
    const up = stepHealth(first, 'up', false, limits, 6_000)
    assert.ok(isHeld(up, 6_000))
    assert.ok(isDamped(up))
    assert.ok(!isHeld(up, 9_000))
  })
})

describe('a new verdict', () => {
  it('that is the same changes nothing, not even its date', () => {
    for (const verdict of ['up', 'degraded', 'down', 'unknown'] as const) {
      const before = health(verdict, { keptUntil: 7, heldUntil: 8 })
      assert.equal(stepHealth(before, verdict, true, limits, 5), before)
    }
  })

  it('down begins the hold-down when it withdraws', () => {
    for (const from of ['up', 'degraded', 'unknown'] as const) {
      const down = stepHealth(health(from), 'down', true, limits, 1_000)
      assert.deepEqual([down.heldUntil, down.withdrawals, down.since], [6_000, [1_000], 1_000], from)
    }
  })

  it('down holds nothing where nothing was announced', () => {
    const down = stepHealth(health('unknown'), 'down', false, limits, 1_000)
    assert.deepEqual([down.heldUntil, down.withdrawals], [null, []])
  })

  it('down holds nothing where whenDown keeps announcing', () => {
    assert.equal(stepHealth(health('up'), 'down', true, failOpen, 1_000).heldUntil, null)
  })

  it('up during a hold-down does not end it', () => {
    const up = stepHealth(stepHealth(health('up'), 'down', true, limits, 1_000), 'up', false, limits, 2_000)
    assert.ok(isHeld(up, 5_999))
    assert.ok(!isHeld(up, 6_000))
  })

  it('unknown keeps what is announced for adoptFor, since a check that was just added has not spoken', () => {
    assert.equal(stepHealth(health('up'), 'unknown', true, limits, 1_000).keptUntil, 31_000)
    assert.equal(stepHealth(health('down'), 'unknown', false, limits, 1_000).keptUntil, null)
  })

  it('other than unknown ends what was kept', () => {
    for (const verdict of ['up', 'degraded', 'down'] as const)
      assert.equal(stepHealth(health('unknown', { keptUntil: 9 }), verdict, true, limits, 1).keptUntil, null, verdict)
  })
})

describe('damping', () => {
  it('multiplies the hold-down by its factor with each withdrawal in the window', () => {
    assert.equal(flap([0], limits).heldUntil, 5_000)
    assert.equal(flap([0, 10_000], limits).heldUntil, 10_000 + 15_000)
    assert.equal(flap([0, 10_000, 40_000], limits).heldUntil, 40_000 + 45_000)
  })

  it('never holds longer than max', () => {
    assert.equal(flap([0, 1, 2, 3, 4], limits).heldUntil, 4 + 100_000)
  })

  it('with a max below the hold-down still holds for the hold-down', () => {
    const low = { ...limits, damping: { window: 600_000, factor: 3, max: 1_000 } }
    assert.equal(flap([0, 1], low).heldUntil, 1 + 5_000)
  })

  it('forgets withdrawals that left the window', () => {
    const state = flap([0, 700_000], limits)
    assert.equal(state.heldUntil, 705_000)
    assert.ok(!isDamped(state))
  })

  it('is told from a plain hold-down by the second withdrawal', () => {
    assert.ok(!isDamped(flap([0], limits)))
    assert.ok(isDamped(flap([0, 1], limits)))
  })

  it('turned off leaves the plain hold-down', () => {
    const state = flap([0, 1, 2], undamped)
    assert.equal(state.heldUntil, 2 + 5_000)
    assert.ok(!isDamped(state))
  })

  it('never shortens the hold-down nor exceeds max, whatever the flaps', () => {
    const gaps = fc.array(fc.integer({ min: 2, max: 900_000 }), { minLength: 1, maxLength: 20 })
    fc.assert(
      fc.property(gaps, (all) => {
        let at = 0
        const times = all.map((gap) => (at += gap))
        const held = (flap(times, limits).heldUntil ?? 0) - at
        assert.ok(held >= limits.holdDown && held <= 100_000, String(held))
      }),
    )
  })
})

describe("an operator's word", () => {
  it('ends the hold-down in force, and the flaps still count', () => {
    const released = releaseHold(flap([0], limits))
    assert.ok(!isHeld(released, 1))
    assert.equal(stepHealth(released, 'down', true, limits, 10).heldUntil, 10 + 15_000)
  })
})

describe('the next deadline', () => {
  const cases: [string, Partial<Health>, number | null][] = [
    ['is none where nothing runs out', {}, null],
    ['is the end of the hold-down', { heldUntil: 50 }, 50],
    ['is the end of what is kept', { keptUntil: 40 }, 40],
    ['is the earlier of both', { heldUntil: 50, keptUntil: 40 }, 40],
    ['is none that is over', { heldUntil: 10, keptUntil: 5 }, null],
    ['is the one that is not over', { heldUntil: 5, keptUntil: 40 }, 40],
  ]
  for (const [claim, over, deadline] of cases) {
    it(claim, () => assert.equal(healthDeadline(health('up', over), 10), deadline))
  }
})
