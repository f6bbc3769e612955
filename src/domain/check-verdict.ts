import type { CheckCommon } from './config.js'

/** What one probe found. */
export interface ProbeResult {
  /** `unknown`: nothing was tested, so nothing is concluded from it. A timeout is a `fail`. */
  readonly outcome: 'pass' | 'fail' | 'unknown'
  /** For a person: `connection refused`, `status 503, expected 200-399`. */
  readonly detail: string
  /** Milliseconds from the start of the probe to its end. */
  readonly duration: number
  /** Whether a failure needs no second one to count: the kernel itself said that nobody listens any more. */
  readonly conclusive: boolean
}

export type CheckVerdict = 'unknown' | 'passing' | 'failing'

/** Hysteresis of one check (rise, fall). */
export interface CheckState {
  readonly verdict: CheckVerdict
  /** When the verdict became what it is, on the monotonic clock. */
  readonly since: number
  /** Results in a row that speak against the verdict; a result that agrees clears them. */
  readonly against: { readonly outcome: 'pass' | 'fail'; readonly count: number } | null
  readonly last: ProbeResult | null
}

export function firstCheckState(now: number): CheckState {
  return { verdict: 'unknown', since: now, against: null, last: null }
}

/**
 * One result goes in:
 *
 * | verdict | result  | becomes |
 * |---------|---------|---------|
 * | any     | unknown | the same verdict, and the count starts anew |
 * | passing | pass    | passing, count cleared |
 * | failing | fail    | failing, count cleared |
 * | other   | pass    | passing after `rise` in a row |
 * | other   | fail    | failing after `fall` in a row, or at once when conclusive |
 */
export function stepCheck(
  state: CheckState,
  result: ProbeResult,
  limits: Pick<CheckCommon, 'rise' | 'fall'>,
  now: number,
): CheckState {
  if (result.outcome === 'unknown') return { ...state, against: null, last: result }
  const verdict = result.outcome === 'pass' ? 'passing' : 'failing'
  if (state.verdict === verdict) return { ...state, against: null, last: result }
  const count = state.against?.outcome === result.outcome ? state.against.count + 1 : 1
  const needed = result.outcome === 'pass' ? limits.rise : limits.fall
  if (count >= needed || (result.outcome === 'fail' && result.conclusive)) {
    return { verdict, since: now, against: null, last: result }
  }
  return { ...state, against: { outcome: result.outcome, count }, last: result }
}

/** Milliseconds from the start of one probe to the start of the next: shorter while the verdict is undecided. */
export function probeInterval(state: CheckState, check: Pick<CheckCommon, 'interval' | 'fastInterval'>): number {
  return state.verdict === 'unknown' || state.against !== null ? check.fastInterval : check.interval
}
