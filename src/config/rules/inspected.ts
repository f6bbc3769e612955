import { checkInstances } from '../../domain/check-instance.js'
import type { ReadCheck } from '../read/checks.js'
import type { Environment, ReadFile } from '../read/file.js'

type Inspect = NonNullable<Environment['inspect']>

/** Refuses checks that do not fit what they name or that vipcast may not run, and warns of files and the like that are not here. */
export async function inspectChecks({ vips }: ReadFile, inspect: Inspect): Promise<void> {
  for (const { config, checks } of vips) {
    for (const check of checks.checks) {
      // What stands for `${address}` may matter to the file: any address does.
      const [instance] = checkInstances({ ...config, checks: [check.config] })
      await inspectOne(check, () => inspect(instance?.probe ?? check.config.probe))
    }
  }
}

async function inspectOne({ place }: ReadCheck, inspect: () => ReturnType<Inspect>): Promise<void> {
  const problem = await inspect()
  if (problem === null) return
  const spot = place.entry(problem.key) ?? place
  if (problem.kind === 'missing') spot.warn(problem.message, remedies.missing)
  else spot.refuse(problem.message, remedies[problem.kind])
}

const remedies = {
  missing: 'On the host that runs vipcast it must be there',
  wrong: 'Correct the check, or the file',
  'not-permitted': 'Add what it lacks to AmbientCapabilities and CapabilityBoundingSet of the unit',
  'not-installed': 'Install it, or remove the check',
} as const
