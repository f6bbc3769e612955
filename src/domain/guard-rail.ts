import { prefixContains } from './address.js'
import type { Config } from './config.js'

/**
 * The guard rail, once more: validation has seen to it, and nothing outside the pools is bound or announced even where it
 * had not. Throws.
 */
export function refuseOutsidePools({ pools, vips }: Config): void {
  for (const { name, addresses } of vips) {
    for (const address of addresses) {
      if (pools.some((pool) => prefixContains(pool, address))) continue
      throw new Error(
        `${address.text} of ${name} is outside the pools; nothing was changed. Add its pool, or remove it.`,
      )
    }
  }
}
