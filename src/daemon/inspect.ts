import { inspectProbe as inspect } from '../checks/inspect.js'
import type { Probe } from '../domain/config.js'
import type { ProbeProblem } from '../domain/probe-problem.js'
import { systemClock } from '../platform/clock.js'

/** Looks at the files that a probe names, for `validate`. */
export function inspectProbe(probe: Probe): Promise<ProbeProblem | null> {
  return inspect(probe, systemClock)
}
