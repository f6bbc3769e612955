import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import type { Clock } from '../../../src/platform/clock.js'
import { sleep, systemClock } from '../../../src/platform/clock.js'
import type { FakeClock } from '../../support/fake-clock.js'
import { createFakeClock } from '../../support/fake-clock.js'

/** Both are clocks; what moves time is the only difference. */
const clocks: readonly { name: string; make: () => { clock: Clock; pass: (ms: number) => Promise<void> } }[] = [
  {
    name: 'system clock',
    make: () => ({
      clock: systemClock,
      // On a busy machine timers of different times run in one turn, so a turn more.
      pass: (ms) => new Promise((resolve) => void setTimeout(() => setImmediate(resolve), ms)),
    }),
  },
  {
    name: 'fake clock',
    make: () => {
      const clock: FakeClock = createFakeClock()
      return { clock, pass: (ms) => clock.advance(ms) }
    },
  },
]

for (const { name, make } of clocks) {
  describe(name, () => {
    it('runs every timer once, also one whose time is over, and none that was cancelled', async () => {
      const { clock, pass } = make()
      const ran: string[] = []
      clock.timer(30, () => ran.push('late'))
      const cancel = clock.timer(10, () => ran.push('cancelled'))
      clock.timer(20, () => ran.push('early'))
      clock.timer(-5, () => ran.push('at once'))
      cancel()
      await pass(60)
      assert.deepEqual(ran.sort(), ['at once', 'early', 'late'])
    })

    it('does not run a timer before its time, fractions included', async () => {
      const { clock, pass } = make()
      const made = clock.now()
      let ranAfter = 0
      clock.timer(5.9, () => (ranAfter = clock.now() - made))
      await pass(40)
      // Node's timers count whole milliseconds from one that has begun already.
      assert.ok(ranAfter >= 4.9, String(ranAfter))
    })

    it('runs what waits for I/O after the timer that asked for it, unless it was cancelled', async () => {
      const { clock, pass } = make()
      const ran: string[] = []
      clock.timer(1, () => {
        clock.afterIo(() => ran.push('after'))
        clock.afterIo(() => ran.push('cancelled'))()
        ran.push('timer')
      })
      await pass(30)
      assert.deepEqual(ran, ['timer', 'after'])
    })

    it('sleeps until the time is over or the signal aborts', async () => {
      const { clock, pass } = make()
      const ending = new AbortController()
      const ended: string[] = []
      const sleeps = [
        sleep(clock, 10, ending.signal).then(() => ended.push('over')),
        sleep(clock, 1e12, ending.signal).then(() => ended.push('aborted')),
      ]
      await pass(40)
      assert.deepEqual(ended, ['over'])
      ending.abort()
      await Promise.all(sleeps)
      await sleep(clock, 1e12, ending.signal)
      assert.deepEqual(ended, ['over', 'aborted'])
    })
  })
}

describe('fake clock', () => {
  it('runs timers in the order of their times, then of their making', async () => {
    const clock = createFakeClock()
    const ran: string[] = []
    for (const ms of [30, 10, 20, 10]) clock.timer(ms, () => ran.push(`${ms} of ${ran.length}`))
    await clock.advance(60)
    assert.deepEqual(ran, ['10 of 0', '10 of 1', '20 of 2', '30 of 3'])
  })

  it('runs late timers late after a freeze, in their order', async () => {
    const clock = createFakeClock(0)
    const ran: string[] = []
    clock.timer(20, () => ran.push(`second at ${clock.now()}`))
    clock.timer(10, () => ran.push(`first at ${clock.now()}`))
    clock.freeze(100)
    assert.deepEqual(ran, [])
    await clock.advance(0)
    assert.deepEqual(ran, ['first at 100', 'second at 100'])
    assert.equal(clock.pending, 0)
  })

  it('lets everything that a timer set off end before the next one', async () => {
    const clock = createFakeClock(0)
    const ran: string[] = []
    clock.timer(1, () => {
      void Promise.resolve().then(async () => {
        await Promise.resolve()
        clock.afterIo(() => ran.push('set off'))
      })
    })
    clock.timer(2, () => ran.push('next'))
    await clock.advance(5)
    assert.deepEqual(ran, ['set off', 'next'])
    assert.equal(clock.now(), 5)
  })
})
