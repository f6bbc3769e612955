import { checkInstances, sharingKey } from './check-instance.js'
import type { VipConfig } from './config.js'

/**
 * Programs that checks may start in a second, in the whole daemon: starting one holds up everything else for 1 to 1.5 ms,
 * so that this is a tenth of its time at most.
 */
export const spawnsPerSecond = 50

/** Programs a second that the exec checks of these VIPs start while all is well; identical ones run once. */
export function spawnsWanted(vips: readonly VipConfig[]): number {
  const programs = vips.flatMap(checkInstances).filter(({ probe }) => probe.type === 'exec')
  const distinct = new Map(programs.map((instance) => [sharingKey(instance), instance.check.interval]))
  return [...distinct.values()].reduce((sum, interval) => sum + 1000 / interval, 0)
}
