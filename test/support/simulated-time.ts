import type { FakeClock } from './fake-clock.js'

/** Resolves after `ms` of simulated time. */
export function pause(clock: FakeClock, ms: number): Promise<void> {
  return new Promise((resolve) => clock.timer(ms, resolve))
}

/** Lets time pass until the work is done. */
export async function until<T>(clock: FakeClock, work: Promise<T>, within: number): Promise<T> {
  const state = { done: false }
  const finished = work.finally(() => (state.done = true))
  finished.catch(() => {})
  const end = clock.now() + within
  await clock.settle()
  while (!state.done && clock.now() < end) await clock.advance(1)
  if (!state.done) throw new Error(`not done within ${within} simulated milliseconds`)
  return finished
}
