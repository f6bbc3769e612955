import { createScheduler, type SchedulerOptions } from '../checks/scheduler.js'
import type { CheckRunner } from './engine-options.js'
import { Tripwires } from './tripwires.js'

/** The checks in their rhythm, and the tripwires that probe between. */
export function createChecks(options: SchedulerOptions & { readonly tell: (text: string) => void }): CheckRunner {
  const scheduler = createScheduler(options)
  const isOurs = (address: string): boolean => options.holds(address) !== 'foreign'
  const tripwires = new Tripwires({ ...options, scheduler, isOurs })
  return {
    states: () => scheduler.states(),
    tripwire: (key) => tripwires.status(key),
    update: (instances, config) => {
      scheduler.update(instances)
      tripwires.update(instances, config)
    },
    run: async (signal) => {
      await Promise.all([scheduler.run(signal), tripwires.run(signal)])
    },
  }
}
