import type { ReadFile } from '../read/file.js'
import { addressRules } from './addresses.js'
import { attributeRules } from './attributes.js'
import { checkRules } from './checks.js'
import { hostCheckRules } from './host-checks.js'
import { lifetimeRules } from './lifetimes.js'
import { localRules } from './local.js'
import { ospfRules } from './ospf.js'
import { overrideRules } from './overrides.js'
import { routerRules } from './routers.js'
import { sourceRules } from './source.js'
import { vipRules } from './vips.js'

const all = [
  addressRules,
  routerRules,
  vipRules,
  localRules,
  checkRules,
  hostCheckRules,
  attributeRules,
  ospfRules,
  lifetimeRules,
  overrideRules,
  sourceRules,
] as const

/** Refuses what is right key by key and can't work together, and warns of what has no effect. */
export function applyRules(file: ReadFile): void {
  for (const rules of all) rules(file)
}
