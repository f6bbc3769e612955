import { setImmediate as turnOfTheLoop } from 'node:timers/promises'

import type { Clock } from '../../src/platform/clock.js'

/** Time that stands still until a test moves it. Timers run in the order of their times, then of their making. */
export interface FakeClock extends Clock {
  /**
   * Moves on by `ms`, running each timer at its time. Between two of them everything that the first has set off (promises
   * and `afterIo`) comes to its end.
   */
  advance(ms: number): Promise<void>
  /** `ms` pass while this process does not run: timers that fall due in it run late, at the next `advance`. */
  freeze(ms: number): void
  /** Lets everything that was set off come to its end; no time passes. */
  settle(): Promise<void>
  /** Timers that wait; a test that ends with more than it expects has a leak. */
  readonly pending: number
}

interface Timer {
  readonly at: number
  readonly callback: () => void
}

const epoch = Date.UTC(2030, 0, 1)

export function createFakeClock(start = 1_000_000): FakeClock {
  /** In the order in which they run. */
  const timers: Timer[] = []
  const afterIo = new Set<() => void>()
  let now = start

  const insert = (timer: Timer): void => {
    let low = 0
    let high = timers.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (timers.at(middle)!.at <= timer.at) low = middle + 1
      else high = middle
    }
    timers.splice(low, 0, timer)
  }
  const settle = async (): Promise<void> => {
    await turnOfTheLoop()
    while (afterIo.size > 0) {
      const turn = [...afterIo]
      for (const callback of turn) {
        // One of them may cancel another.
        if (afterIo.delete(callback)) callback()
      }
      await turnOfTheLoop()
    }
  }

  return {
    now: () => now,
    wall: () => new Date(epoch + now),
    timer: (ms, callback) => {
      const timer = { at: now + Math.max(ms, 0), callback }
      insert(timer)
      return () => {
        const index = timers.indexOf(timer)
        if (index >= 0) timers.splice(index, 1)
      }
    },
    afterIo: (callback) => {
      const own = (): void => callback()
      afterIo.add(own)
      return () => void afterIo.delete(own)
    },
    advance: async (ms) => {
      const until = now + ms
      await settle()
      for (let timer = timers[0]; timer !== undefined && timer.at <= until; timer = timers[0]) {
        timers.shift()
        now = Math.max(now, timer.at)
        timer.callback()
        await settle()
      }
      now = Math.max(now, until)
    },
    freeze: (ms) => {
      now += ms
    },
    settle,
    get pending() {
      return timers.length
    },
  }
}
