import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { passed, refused } from '../../../src/checks/probe.js'
import { at, gaps, schedulerWorld } from '../../support/scheduler-world.js'

describe('the notice that a socket is gone', () => {
  it('makes a check fail at once when nobody listens, without waiting for fall', async (t) => {
    const { clock, scheduler, services, changes } = schedulerWorld(t)
    scheduler.update([at('a', { fall: 5 })])
    await clock.advance(10_100)
    services.set('a', 'refuses')
    scheduler.notice('web/tcp')
    await clock.settle()
    assert.deepEqual(changes(), ['web/tcp passing: connected', 'web/tcp failing: connection refused'])
  })

  it('changes nothing when a successor listens', async (t) => {
    const { clock, scheduler, services, changes } = schedulerWorld(t)
    scheduler.update([at('a', { fall: 1 })])
    await clock.advance(10_100)
    const sent = services.sent('a').length
    scheduler.notice('web/tcp')
    await clock.settle()
    assert.equal(services.sent('a').length, sent + 1)
    assert.deepEqual(changes(), ['web/tcp passing: connected'])
  })

  it('leaves it to fall when the probe fails in another way', async (t) => {
    const { clock, scheduler, services, changes } = schedulerWorld(t)
    scheduler.update([at('a')])
    await clock.advance(10_100)
    services.set('a', 'broken')
    scheduler.notice('web/tcp')
    await clock.settle()
    assert.equal(changes().length, 1)
    await clock.advance(250)
    assert.equal(changes().length, 2)
  })

  it('is what makes a refusal conclusive: without it fall counts', async (t) => {
    const { clock, scheduler, services, reports } = schedulerWorld(t)
    scheduler.update([at('a')])
    await clock.advance(10_100)
    services.set('a', 'refuses')
    scheduler.probeNow('web/tcp')
    await clock.settle()
    assert.equal(reports.at(-1)?.state.verdict, 'passing')
    assert.equal(reports.at(-1)?.state.last?.conclusive, false)
  })

  it('sends another probe after the one on its way, and only that one is conclusive', async (t) => {
    const { clock, scheduler, services, changes } = schedulerWorld(t)
    scheduler.update([at('a')])
    await clock.advance(10_100)
    services.set('a', 'hangs')
    scheduler.probeNow('web/tcp')
    await clock.settle()
    scheduler.notice('web/tcp')
    services.set('a', 'refuses')
    services.answer('a', passed('connected just before'))
    await clock.settle()
    assert.equal(changes().at(-1), 'web/tcp failing: connection refused')
    assert.equal(services.mostAtOnce, 1)
  })

  it('takes a refusal of the probe that was on its way for what it always was', async (t) => {
    const { clock, scheduler, services, changes } = schedulerWorld(t)
    scheduler.update([at('a')])
    await clock.advance(10_100)
    services.set('a', 'hangs')
    scheduler.probeNow('web/tcp')
    await clock.settle()
    scheduler.notice('web/tcp')
    services.set('a', 'healthy')
    services.answer('a', refused('connection refused'))
    await clock.settle()
    assert.equal(changes().length, 1)
  })

  it('comes to nothing for a check that is not there', (t) => {
    schedulerWorld(t).scheduler.notice('nobody/none')
  })

  it('does not reach a check that shares the probe and wants no tripwire', async (t) => {
    const { clock, scheduler, services, changes } = schedulerWorld(t)
    scheduler.update([at('a'), at('a', { vip: 'other', tripwire: false })])
    await clock.advance(10_100)
    services.set('a', 'refuses')
    scheduler.notice('web/tcp')
    await clock.settle()
    assert.deepEqual(changes().slice(2), ['web/tcp failing: connection refused'])
  })
})

describe('a check in a hurry', () => {
  it('probes every fastInterval while it lasts, however well the service is', async (t) => {
    const { clock, scheduler, services } = schedulerWorld(t)
    scheduler.update([at('a')])
    await clock.advance(10_000)
    scheduler.hurry('web/tcp', true)
    await clock.advance(5_000)
    assert.deepEqual(
      gaps(services.sent('a')).slice(-10),
      Array.from({ length: 10 }, () => 250),
    )
    scheduler.hurry('web/tcp', false)
    await clock.advance(5_000)
    assert.deepEqual(gaps(services.sent('a')).slice(-2), [1000, 1000])
  })

  it('still needs fall failures', async (t) => {
    const { clock, scheduler, services, changes } = schedulerWorld(t)
    scheduler.update([at('a', { fall: 3 })])
    await clock.advance(10_000)
    scheduler.hurry('web/tcp', true)
    await clock.advance(1_000)
    const sent = services.sent('a').length
    services.set('a', 'broken')
    while (changes().length < 2) await clock.advance(10)
    assert.equal(services.sent('a').length, sent + 3)
  })
})

describe('word of a change that a prober hears of by itself', () => {
  it('is looked at without waiting for the interval', async (t) => {
    const { clock, scheduler, services, changes } = schedulerWorld(t)
    scheduler.update([at('a', { interval: 60_000, fall: 1 })])
    await clock.advance(100_000)
    services.set('a', 'broken')
    services.change('a')
    await clock.settle()
    assert.deepEqual(changes(), ['web/tcp passing: connected', 'web/tcp failing: connection reset'])
  })

  it('counts once, however many pieces it comes in', async (t) => {
    const { clock, scheduler, services, changes } = schedulerWorld(t)
    scheduler.update([at('a', { interval: 60_000, fall: 2 })])
    await clock.advance(100_000)
    services.set('a', 'broken')
    for (let n = 0; n < 5; n += 1) {
      services.change('a')
      await clock.settle()
    }
    assert.equal(changes().length, 1)
    await clock.advance(250)
    assert.equal(changes().length, 2)
  })

  it('is not lost when it comes while a probe is on its way', async (t) => {
    const { clock, scheduler, services, changes } = schedulerWorld(t)
    scheduler.update([at('a', { interval: 60_000, fall: 1, timeout: 5_000 })])
    await clock.advance(100_000)
    services.set('a', 'hangs')
    scheduler.probeNow('web/tcp')
    await clock.settle()
    services.set('a', 'broken')
    services.change('a')
    services.answer('a', passed('connected'))
    await clock.settle()
    assert.deepEqual(changes(), ['web/tcp passing: connected', 'web/tcp failing: connection reset'])
  })
})
