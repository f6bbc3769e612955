import type { VipConfig } from './config.js'
import type { Verdict } from './vote.js'

/**
 * Health of one address of a VIP over time: the verdict, and what follows from its history. Times are milliseconds on the
 * monotonic clock.
 */
export interface Health {
  readonly verdict: Verdict
  readonly since: number
  /** Not to be announced before; null when no hold-down is in force. */
  readonly heldUntil: number | null
  /** Withdrawals by health that still count for damping, oldest first. */
  readonly withdrawals: readonly number[]
  /** While undecided, left as it is in the router until then; null when nothing is to be kept. */
  readonly keptUntil: number | null
}

/** What the life before knew of it. */
export interface Inherited {
  readonly announced: boolean
  readonly heldUntil: number | null
  readonly withdrawals: readonly number[]
}

export const nothingInherited: Inherited = { announced: false, heldUntil: null, withdrawals: [] }

export function firstHealth(inherited: Inherited, adoptFor: number, now: number): Health {
  return {
    verdict: 'unknown',
    since: now,
    heldUntil: inherited.heldUntil,
    withdrawals: inherited.withdrawals,
    keptUntil: inherited.announced ? now + adoptFor : null,
  }
}

export interface HealthLimits extends Pick<VipConfig, 'holdDown' | 'damping' | 'whenDown'> {
  readonly adoptFor: number
}

/**
 * A new verdict.
 *
 * | from           | to           | announced | effect |
 * |----------------|--------------|-----------|--------|
 * | any            | the same     |           | none |
 * | any            | down         | yes       | a withdrawal by health: hold-down begins, longer for each other one in the window |
 * | any            | down         | no        | nothing was withdrawn, so nothing is held |
 * | any            | unknown      | yes       | kept for `adoptFor`: a check that was just added has not spoken yet |
 * | any            | up, degraded |           | announced when no hold-down is in force |
 */
export function stepHealth(
  health: Health,
  verdict: Verdict,
  announced: boolean,
  limits: HealthLimits,
  now: number,
): Health {
  if (verdict === health.verdict) return health
  const next: Health = { ...health, verdict, since: now, keptUntil: null }
  switch (verdict) {
    case 'up':
    case 'degraded':
      return next
    case 'unknown':
      return announced ? { ...next, keptUntil: now + limits.adoptFor } : next
    case 'down':
      return announced && limits.whenDown.kind === 'withdraw' ? held(next, limits, now) : next
  }
}

/** An operator's word (enable, undrain) ends a hold-down in force; the flaps still count. */
export function releaseHold(health: Health): Health {
  return { ...health, heldUntil: null }
}

/**
 * It gave way to somebody else who announces the address. `spread`, from 0 to 1, parts two hosts that gave way to each other:
 * both would take it again at once, and so for ever.
 */
export function giveWay(
  health: Health,
  { holdDown }: Pick<HealthLimits, 'holdDown'>,
  spread: number,
  now: number,
): Health {
  return { ...health, heldUntil: Math.max(health.heldUntil ?? 0, now + holdDown * (1 + spread)) }
}

/** When the health changes by itself next; null when it does not. */
export function healthDeadline(health: Health, now: number): number | null {
  const deadlines = [health.heldUntil, health.keptUntil].filter((at): at is number => at !== null && at > now)
  return deadlines.length === 0 ? null : Math.min(...deadlines)
}

export function isHeld(health: Health, now: number): boolean {
  return health.heldUntil !== null && now < health.heldUntil
}

/** Whether more than one withdrawal counted for the hold-down in force. */
export function isDamped(health: Health): boolean {
  return health.withdrawals.length > 1
}

function held(health: Health, limits: HealthLimits, now: number): Health {
  const { damping, holdDown } = limits
  const withdrawals = damping === null ? [now] : [...health.withdrawals.filter((at) => now - at < damping.window), now]
  const grown =
    damping === null
      ? holdDown
      : Math.min(holdDown * damping.factor ** (withdrawals.length - 1), Math.max(damping.max, holdDown))
  return { ...health, withdrawals, heldUntil: now + grown }
}
