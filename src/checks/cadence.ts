import type { CheckState } from '../domain/check-verdict.js'
import { probeInterval } from '../domain/check-verdict.js'
import type { CheckCommon } from '../domain/config.js'

/**
 * When probes start. A check whose verdict is decided has its own place in the interval, given by `phase` (0 to 1), so
 * that thousands stay spread however their verdicts come and go.
 */
export type Timing = Pick<CheckCommon, 'interval' | 'fastInterval'>

/** Start of the next probe, from the start of the last: never more than one interval later. */
export function nextStart(last: number, state: CheckState, timing: Timing, phase: number): number {
  const soon = last + timing.fastInterval
  if (probeInterval(state, timing) < timing.interval) return soon
  return Math.max(soon, nextPlace(last, timing.interval, phase))
}

/** Where to go on when this process stood still over one or more starts: those are lost, not made up for in a burst. */
export function resumeAt(now: number, state: CheckState, timing: Timing, phase: number): number {
  return nextPlace(now, probeInterval(state, timing), phase)
}

/** The first place of the phase that is more than a millisecond after `after`: a timer may be that much early. */
function nextPlace(after: number, interval: number, phase: number): number {
  return (Math.floor((after + 1) / interval - phase) + 1 + phase) * interval
}

/** Golden ratio: its multiples, cut to 0..1, fill the range evenly however many there are. */
const golden = 0.618_033_988_749_895

/** The n-th place in 0..1 of an even spread that starts at `first`. */
export function spread(n: number, first: number): number {
  return (first + n * golden) % 1
}

/** Checks per millisecond at a start: one check starts at once, a thousand take their first probes in a fastInterval. */
const startsPerMs = 1

/** Delay of the first probe of the n-th of `count` checks that are started together. */
export function firstDelay(n: number, count: number, timing: Timing): number {
  return spread(n, 0) * Math.min(timing.fastInterval, (count - 1) / startsPerMs)
}
