import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { passed } from '../../../src/checks/probe.js'
import { at, gaps, schedulerWorld } from '../../support/scheduler-world.js'

describe('scheduler', () => {
  it('starts the probe of a lone check at once, and gives the first verdict after rise passes at fastInterval', async (t) => {
    const { clock, scheduler, services, changes } = schedulerWorld(t)
    scheduler.update([at('a')])
    const start = clock.now()
    await clock.advance(0)
    assert.deepEqual(services.sent('a'), [start])
    await clock.advance(499)
    assert.deepEqual(changes(), [])
    await clock.advance(1)
    assert.deepEqual(changes(), ['web/tcp passing: connected'])
  })

  it('probes at interval while the verdict is decided and at fastInterval while it is not', async (t) => {
    const { clock, scheduler, services, changes } = schedulerWorld(t)
    scheduler.update([at('a')])
    await clock.advance(10_000)
    assert.deepEqual(gaps(services.sent('a')).slice(-5), [1000, 1000, 1000, 1000, 1000])

    services.set('a', 'broken')
    await clock.advance(1_250)
    assert.equal(changes().at(-1), 'web/tcp failing: connection reset')
    assert.equal(gaps(services.sent('a')).filter((gap) => gap === 250).length, 3)
  })

  it('never lets more than one interval pass between two starts', async (t) => {
    const { clock, scheduler, services } = schedulerWorld(t)
    scheduler.update(Array.from({ length: 20 }, (_, n) => at(`h${n}`, { vip: `v${n}` })))
    await clock.advance(20_000)
    for (let n = 0; n < 20; n += 1) assert.ok(Math.max(...gaps(services.sent(`h${n}`))) <= 1001, `h${n}`)
  })

  it('spreads many checks over the interval', async (t) => {
    const { clock, scheduler, services } = schedulerWorld(t)
    const hosts = Array.from({ length: 200 }, (_, n) => `h${n}`)
    scheduler.update(hosts.map((host) => at(host, { vip: host })))
    await clock.advance(10_000)
    const tenths = Array.from({ length: 10 }, () => 0)
    for (const host of hosts) {
      const tenth = Math.floor((services.sent(host).at(-1)! % 1000) / 100)
      tenths[tenth] = tenths.at(tenth)! + 1
    }
    assert.deepEqual(
      tenths.filter((count) => count < 19 || count > 21),
      [],
    )
  })

  it('counts a timeout as a failure and says what did not come', async (t) => {
    const { clock, scheduler, services, changes } = schedulerWorld(t)
    services.set('a', 'hangs')
    scheduler.update([at('a')])
    await clock.advance(2_000)
    assert.deepEqual(changes(), ['web/tcp failing: no answer within 500 ms'])
  })

  it('never has two probes of a check on their way', async (t) => {
    const { clock, scheduler, services } = schedulerWorld(t)
    services.set('a', 'hangs')
    scheduler.update([at('a', { interval: 500, timeout: 500, fastInterval: 50 })])
    await clock.advance(5_000)
    assert.equal(services.mostAtOnce, 1)
    assert.ok(services.sent('a').length >= 9)
  })

  it('is not held up by a prober that ignores its abort, neither that check nor another', async (t) => {
    const { clock, scheduler, services, reports, changes } = schedulerWorld(t)
    services.set('a', 'hangs-for-ever')
    scheduler.update([at('a', { vip: 'stuck' }), at('b')])
    await clock.advance(10_000)
    assert.equal(services.mostAtOnce, 1)
    assert.deepEqual(changes().sort(), [
      'stuck/tcp failing: an earlier probe hangs and can not be ended',
      'web/tcp passing: connected',
    ])
    assert.ok(reports.filter(({ instance }) => instance.vip === 'stuck').length >= 10)

    services.set('a', 'healthy')
    services.answer('a', passed('connected'))
    await clock.advance(3_000)
    assert.equal(changes().at(-1), 'stuck/tcp passing: connected')
  })

  it('takes a fault of a prober as a failed probe', async (t) => {
    const { clock, scheduler, services, changes } = schedulerWorld(t)
    services.set('a', 'throws')
    scheduler.update([at('a')])
    await clock.advance(1_000)
    assert.deepEqual(changes(), ['web/tcp failing: the check itself broke: Error: a fault of the prober'])
  })

  it('lets an answer win that had arrived while the process stood still over the deadline', async (t) => {
    const { clock, scheduler, services, reports } = schedulerWorld(t)
    services.set('a', 'hangs')
    scheduler.update([at('a')])
    await clock.advance(100)
    clock.freeze(60_000)
    services.answer('a', passed('connected'))
    await clock.advance(0)
    assert.deepEqual(
      reports.map(({ state }) => state.last?.outcome),
      ['pass'],
    )
  })

  it('gives a service the time back in which the process stood still, once', async (t) => {
    const { clock, scheduler, services, reports } = schedulerWorld(t)
    services.set('a', 'hangs')
    scheduler.update([at('a')])
    await clock.advance(100)
    clock.freeze(60_000)
    await clock.advance(499)
    assert.equal(reports.length, 0)
    await clock.advance(1)
    assert.deepEqual(
      reports.map(({ state }) => state.last?.detail),
      ['no answer within 500 ms'],
    )
  })

  it('makes up for no lost starts when the process stood still, and keeps the checks spread', async (t) => {
    const { clock, scheduler, services } = schedulerWorld(t)
    const hosts = Array.from({ length: 100 }, (_, n) => `h${n}`)
    scheduler.update(hosts.map((host) => at(host, { vip: host })))
    await clock.advance(5_000)
    const before = hosts.map((host) => services.sent(host).length)
    clock.freeze(3_600_000)
    await clock.advance(0)
    const atOnce = hosts.filter((host, n) => services.sent(host).length > before.at(n)!)
    assert.ok(atOnce.length <= 2, `${atOnce.length} probes in one moment`)
    await clock.advance(1_001)
    for (const [n, host] of hosts.entries()) assert.ok(services.sent(host).length - before.at(n)! <= 2)
    for (const [n, host] of hosts.entries()) assert.ok(services.sent(host).length > before.at(n)!)
  })

  it('still probes when every timer is later than an interval', async (t) => {
    const { clock, scheduler, services } = schedulerWorld(t)
    scheduler.update([at('a')])
    await clock.advance(3_000)
    const before = services.sent('a').length
    for (let n = 0; n < 20; n += 1) {
      clock.freeze(2_500)
      await clock.advance(0)
    }
    assert.ok(services.sent('a').length >= before + 5)
  })

  it('probes at once when asked, and after the probe on its way when there is one', async (t) => {
    const { clock, scheduler, services } = schedulerWorld(t)
    scheduler.update([at('a')])
    await clock.advance(2_000)
    const sent = services.sent('a').length
    scheduler.probeNow('web/tcp')
    await clock.settle()
    assert.equal(services.sent('a').length, sent + 1)

    services.set('a', 'hangs')
    scheduler.probeNow('web/tcp')
    await clock.settle()
    scheduler.probeNow('web/tcp')
    scheduler.probeNow('nobody/none')
    await clock.settle()
    assert.equal(services.sent('a').length, sent + 2)
    services.answer('a', passed('connected'))
    await clock.advance(0)
    assert.equal(services.sent('a').length, sent + 3)
    assert.equal(services.mostAtOnce, 1)
  })

  it('ends with nothing left, even when a prober does not let go', async (t) => {
    const { clock, scheduler, services, stop } = schedulerWorld(t)
    services.set('a', 'hangs-for-ever')
    scheduler.update([at('a'), at('b', { vip: 'other' })])
    await clock.advance(100)
    await stop()
    assert.equal(services.open, 0)
    assert.equal(clock.pending, 0)
  })

  it('tells when the last probe ended and when the next begins', async (t) => {
    const { clock, scheduler } = schedulerWorld(t)
    scheduler.update([at('a')])
    const progress = scheduler.states().get('web/tcp')!
    assert.equal(progress.lastAt, null)
    await clock.advance(3_000)
    assert.ok(progress.lastAt !== null && progress.lastAt <= clock.now() && progress.lastAt > clock.now() - 1_001)
    assert.ok(progress.nextAt !== null && progress.nextAt > clock.now() && progress.nextAt < clock.now() + 1_001)
  })
})
