import { judgeConvergence } from './convergence.js'
import type { Rule, Violation } from './referee.js'
import { Scenario } from './scenario.js'

export interface Played {
  readonly seed: number
  readonly violations: readonly Violation[]
  readonly judged: ReadonlyMap<Rule, number>
}

/** Plays one seed: some steps, then everything works again. A seed that breaks a rule is played again for its trace. */
export async function playSeed(seed: number, steps: number): Promise<Played> {
  const played = await playOnce(seed, steps, false)
  return played.violations.length === 0 ? played : playOnce(seed, steps, true)
}

async function playOnce(seed: number, steps: number, writes: boolean): Promise<Played> {
  // Thousands of errors are made on purpose, and nobody looks at where.
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  const scenario = new Scenario(seed, writes)
  try {
    await scenario.play(steps)
    if (scenario.referee.violations.length === 0) await judgeConvergence(scenario)
    return { seed, violations: scenario.referee.violations, judged: scenario.referee.judged }
  } finally {
    Error.stackTraceLimit = stackTraceLimit
    scenario.close()
  }
}
