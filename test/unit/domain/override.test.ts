import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { OverrideConfig } from '../../../src/domain/override-config.js'
import type { LearnedRoute, Surroundings } from '../../../src/domain/learned.js'
import {
  armed,
  isObstacle,
  obstacleInWords,
  obstacleTo,
  overrideDeadline,
  stepOverride,
  windowEnd,
  type Obstacle,
  type OverrideState,
} from '../../../src/domain/override.js'
import { fromPeer } from '../../support/fake-surroundings.js'
import { address, prefix } from '../../support/routes.js'

const config: OverrideConfig = {
  requireCovering: { kind: 'specific' },
  window: 1_000,
  onFailure: 'latch',
  production: null,
}
const covering: LearnedRoute = { prefix: prefix('192.0.2.0/24'), source: fromPeer('198.51.100.1', [65000]) }
const conflict: LearnedRoute = { prefix: prefix('192.0.2.10/32'), source: fromPeer('198.51.100.1', [65000]) }
const covered: Surroundings = { covering: [covering], conflicts: [], incomplete: false }
const bare: Surroundings = { covering: [], conflicts: [], incomplete: false }
const taken: OverrideState = { takenAt: 100, latchedAt: null }

describe('an override', () => {
  const steps: readonly {
    claim: string
    from: OverrideState
    event: 'announced' | 'failed'
    onFailure?: OverrideConfig['onFailure']
    to: OverrideState | null
  }[] = [
    {
      claim: 'begins its window when it is to be announced',
      from: armed,
      event: 'announced',
      to: { ...armed, takenAt: 500 },
    },
    { claim: 'goes on with its window when it is announced again', from: taken, event: 'announced', to: null },
    { claim: 'latches when it fails', from: taken, event: 'failed', to: { ...taken, latchedAt: 500 } },
    { claim: 'latches once', from: { ...taken, latchedAt: 200 }, event: 'failed', to: null },
    { claim: 'that is to retry does not latch', from: taken, event: 'failed', onFailure: 'retry', to: null },
  ]
  for (const { claim, from, event, onFailure = 'latch', to } of steps)
    it(claim, () => assert.deepEqual(stepOverride(from, event, { onFailure }, 500), to))

  it('ends its window so long after it began, and has no deadline before and after', () => {
    assert.equal(windowEnd(armed, config), null)
    assert.equal(windowEnd(taken, config), 1_100)
    assert.equal(windowEnd(taken, { window: null }), null)
    assert.equal(overrideDeadline(taken, config, 1_099), 1_100)
    assert.equal(overrideDeadline(taken, config, 1_100), null)
  })
})

describe('what keeps an override from its address', () => {
  const rows: readonly {
    claim: string
    around: Surroundings
    state?: OverrideState
    now?: number
    obstacle: Obstacle | null
  }[] = [
    {
      claim: 'is nothing while it is covered and inside its window',
      around: covered,
      state: taken,
      now: 1_099,
      obstacle: null,
    },
    { claim: 'is the end of its window', around: covered, state: taken, now: 1_100, obstacle: 'override-expired' },
    {
      claim: 'is its latch, also after its window',
      around: covered,
      state: { takenAt: 100, latchedAt: 200 },
      now: 5_000,
      obstacle: 'override-latched',
    },
    {
      claim: 'is a missing covering route, whatever else',
      around: bare,
      state: { takenAt: 1, latchedAt: 2 },
      now: 5_000,
      obstacle: 'no-covering-route',
    },
    { claim: 'is open while somebody was not asked', around: { ...bare, incomplete: true }, obstacle: 'pending' },
    { claim: 'does not wait for others once it is covered', around: { ...covered, incomplete: true }, obstacle: null },
    {
      claim: 'is a conflict before all',
      around: { ...bare, conflicts: [conflict] },
      state: { takenAt: 1, latchedAt: 2 },
      obstacle: 'address-conflict',
    },
  ]
  for (const { claim, around, state = armed, now = 0, obstacle } of rows)
    it(claim, () => assert.equal(obstacleTo(config, state, around, now), obstacle))

  it('says who else announces the address', () => {
    const said = obstacleInWords('address-conflict', { override: config }, address('192.0.2.10'), {
      ...bare,
      conflicts: [conflict],
    })
    assert.equal(said, '192.0.2.10/32 is also announced by BGP from 198.51.100.1 (AS 65000)')
  })

  it('says what is needed, and what there is', () => {
    const listed: OverrideConfig = {
      ...config,
      requireCovering: { kind: 'listed', prefixes: [prefix('192.0.0.0/16')] },
    }
    const words = (override: OverrideConfig, around: Surroundings): string | null =>
      obstacleInWords('no-covering-route', { override }, address('192.0.2.10'), around)
    assert.equal(
      words(config, bare),
      'needs a less specific route that is not the default for 192.0.2.10; none is known',
    )
    assert.equal(
      words(listed, covered),
      'needs a route to 192.0.0.0/16 for 192.0.2.10; known: 192.0.2.0/24 by BGP from 198.51.100.1 (AS 65000)',
    )
  })

  it('is told from other reasons', () => {
    assert.ok(isObstacle('override-latched'))
    assert.ok(!isObstacle('check-failed'))
  })
})
