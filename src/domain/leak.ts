import type { Intent } from './desired.js'
import type { ForeignRoute } from './target.js'
import type { Verdict } from './vote.js'

/** An address that is not to be announced, and was by what somebody else configured at a router. */
export interface Leak {
  readonly router: string
  /** The lines that do it, for a person. */
  readonly by: string
  readonly since: number
}

/** A router that announces an address by other means than ours. */
export interface LeakSeen {
  readonly router: string
  readonly route: ForeignRoute
}

/** Milliseconds until an address that can't be judged without being bound is bound once more. */
const unjudged = 60_000

/**
 * An address that leaks is unbound: most of what announces it follows the address. It stays so, or it would leak again.
 *
 * | intent   | announced by others | leak before | verdict                         | leak |
 * |----------|---------------------|-------------|---------------------------------|------|
 * | announce | any                 | any         | any                             | none: it is ours to announce |
 * | keep     | any                 | any         | any                             | none |
 * | others   | yes                 | none        | any                             | from now on |
 * | others   | yes                 | any         | any                             | as before |
 * | others   | no                  | any         | known                           | as before: it ended by being unbound |
 * | others   | no                  | long ago    | unknown: checks are aimed at it | none, so that they can be asked |
 */
export function stepLeak(
  leak: Leak | null,
  intent: Intent,
  verdict: Verdict,
  seen: LeakSeen | null,
  now: number,
): Leak | null {
  if (intent.kind === 'announce' || intent.kind === 'keep') return null
  if (leak === null) return seen === null ? null : { router: seen.router, by: seen.route.by, since: now }
  const isOver = seen === null && verdict === 'unknown' && now >= leak.since + unjudged
  return isOver ? null : leak
}

/** When a leak ends by itself; null when it does not. */
export function leakDeadline(leak: Leak | null, verdict: Verdict, now: number): number | null {
  if (leak === null || verdict !== 'unknown') return null
  const at = leak.since + unjudged
  return at > now ? at : null
}
