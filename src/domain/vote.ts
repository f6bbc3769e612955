import type { CheckVerdict } from './check-verdict.js'
import type { CheckConfig, VipConfig } from './config.js'

/** What the checks of one address of a VIP say together. */
export type Verdict = 'up' | 'degraded' | 'down' | 'unknown'

/** One check's say. */
export interface Ballot {
  readonly impact: CheckConfig['impact']
  readonly verdict: CheckVerdict
}

/**
 * `require` counts checks with impact `withdraw`; the others can only degrade.
 *
 * | enough pass | enough pass or are undecided | a `degrade` check fails | verdict  |
 * |-------------|------------------------------|-------------------------|----------|
 * | yes         |                              | no                      | up       |
 * | yes         |                              | yes                     | degraded |
 * | no          | yes                          |                         | unknown  |
 * | no          | no                           |                         | down     |
 */
export function vote(require: VipConfig['require'], ballots: readonly Ballot[]): Verdict {
  const deciding = ballots.filter((ballot) => ballot.impact === 'withdraw')
  const count = (verdict: CheckVerdict): number => deciding.filter((ballot) => ballot.verdict === verdict).length
  const needed = votesNeeded(require, deciding.length)
  const passing = count('passing')
  if (passing >= needed) {
    return ballots.some((ballot) => ballot.impact === 'degrade' && ballot.verdict === 'failing') ? 'degraded' : 'up'
  }
  return passing + count('unknown') >= needed ? 'unknown' : 'down'
}

/** How many of the checks that count must pass. */
export function votesNeeded(require: VipConfig['require'], deciding: number): number {
  switch (require.kind) {
    case 'all':
      return deciding
    case 'any':
      return Math.min(1, deciding)
    case 'count':
      return require.count
  }
}
