import { bondOf, shortestDeadMan } from '../../domain/bond.js'
import type { ReadFile } from '../read/file.js'
import { durationText } from '../schema/scalars.js'

/** Addresses that the kernel removes by itself have a lifetime in whole seconds. */
export function lifetimeRules({ config, fields }: ReadFile): void {
  const { deadMan } = config.lifecycle
  const vip = config.vips.find((each) => bondOf(each, config).lifetime !== null)
  if (vip === undefined || deadMan >= shortestDeadMan) return
  fields
    .at('lifecycle')
    ?.entry('deadMan')
    ?.refuse(
      `the addresses of the VIP \`${vip.name}\` have it as their lifetime, and the kernel counts in seconds`,
      `Write at least ${durationText(shortestDeadMan)}`,
    )
}
