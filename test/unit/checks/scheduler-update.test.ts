import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { passed } from '../../../src/checks/probe.js'
import type { Holds } from '../../../src/checks/shared-check.js'
import { at, gaps, schedulerWorld } from '../../support/scheduler-world.js'

describe('scheduler: instances and what they share', () => {
  it('sends a probe aimed at an own address only while the kernel holds it', async (t) => {
    let held: ReturnType<Holds> = 'absent'
    const { clock, scheduler, services, reports } = schedulerWorld(t, { holds: () => held })
    scheduler.update([at('203.0.113.80')])
    await clock.advance(1_000)
    assert.deepEqual(services.sent('203.0.113.80'), [])
    assert.deepEqual(
      { ...reports.at(-1)!.state.last, verdict: reports.at(-1)!.state.verdict },
      {
        outcome: 'unknown',
        detail: '203.0.113.80 is not bound here',
        duration: 0,
        conclusive: false,
        verdict: 'unknown',
      },
    )
    held = 'held'
    await clock.advance(1_000)
    assert.equal(reports.at(-1)!.state.verdict, 'passing')
  })

  it('keeps the state of a check that tests the same, even at another rhythm', async (t) => {
    const { clock, scheduler, services, changes, reports } = schedulerWorld(t)
    scheduler.update([at('a')])
    await clock.advance(1_000)
    const state = scheduler.states().get('web/tcp')!.state
    scheduler.update([at('a')])
    assert.equal(scheduler.states().get('web/tcp')!.state, state)
    scheduler.update([at('a', { interval: 2000, rise: 5 })])
    assert.equal(scheduler.states().get('web/tcp')!.state, state)
    await clock.advance(20_000)
    assert.deepEqual(changes(), ['web/tcp passing: connected'])
    assert.deepEqual(gaps(services.sent('a')).slice(-2), [2000, 2000])
    assert.ok(reports.length > 5)
  })

  it('starts a check anew that tests something else', async (t) => {
    const { clock, scheduler, services, changes } = schedulerWorld(t)
    scheduler.update([at('a')])
    await clock.advance(1_000)
    services.set('b', 'broken')
    scheduler.update([at('b')])
    assert.equal(scheduler.states().get('web/tcp')!.state.verdict, 'unknown')
    const sent = services.sent('a').length
    await clock.advance(5_000)
    assert.equal(services.sent('a').length, sent)
    assert.deepEqual(changes(), ['web/tcp passing: connected', 'web/tcp failing: connection reset'])
    assert.equal(services.open, 1)
  })

  it('reports nothing of a check that was removed, not even the probe on its way', async (t) => {
    const { clock, scheduler, services, reports } = schedulerWorld(t)
    services.set('a', 'hangs')
    scheduler.update([at('a')])
    await clock.advance(100)
    scheduler.update([])
    services.answer('a', passed('connected'))
    await clock.advance(5_000)
    assert.deepEqual(reports, [])
    assert.equal(services.open, 0)
    assert.equal(clock.pending, 0)
  })

  it('sends identical probes of several VIPs once and reports to each', async (t) => {
    const { clock, scheduler, services, changes } = schedulerWorld(t)
    scheduler.update([at('a', { vip: 'one' }), at('a', { vip: 'two', impact: 'degrade' }), at('b', { vip: 'three' })])
    await clock.advance(510)
    assert.equal(services.sent('a').length, 3)
    assert.deepEqual(changes().sort(), [
      'one/tcp passing: connected',
      'three/tcp passing: connected',
      'two/tcp passing: connected',
    ])
    scheduler.update([at('a', { vip: 'two', impact: 'degrade' })])
    services.set('a', 'broken')
    await clock.advance(2_000)
    assert.deepEqual(changes().slice(3), ['two/tcp failing: connection reset'])
  })

  it('tells an instance that joins a known check its verdict at once', async (t) => {
    const { clock, scheduler, services, changes } = schedulerWorld(t)
    scheduler.update([at('a', { vip: 'one' })])
    await clock.advance(1_000)
    const sent = services.sent('a').length
    scheduler.update([at('a', { vip: 'one' }), at('a', { vip: 'two' })])
    await clock.advance(0)
    assert.equal(services.sent('a').length, sent)
    assert.deepEqual(changes(), ['one/tcp passing: connected', 'two/tcp passing: connected'])
  })

  it('drops an instance that the report before it removed', async (t) => {
    const removing = { now: (): void => {} }
    const { clock, scheduler, reports } = schedulerWorld(t, { onReport: () => removing.now() })
    removing.now = () => scheduler.update([at('a', { vip: 'one' })])
    scheduler.update([at('a', { vip: 'one' }), at('a', { vip: 'two' })])
    await clock.advance(3_000)
    assert.deepEqual([...new Set(reports.map(({ instance }) => instance.vip))], ['one'])
  })
})
