import type { Address, Family } from './address.js'
import type { VipConfig } from './config.js'
import type { Intent } from './desired.js'
import type { Reason } from './reason.js'
import type { SourceConfig } from './source-config.js'

/** What operators changed about source addresses, over what the configuration says. */
export interface SourceChanges {
  /** Null: as configured. */
  readonly enabled: boolean | null
  /** By interface: the VIP whose group it was put into; null: it was taken out of any. */
  readonly moved: ReadonlyMap<string, string | null>
  /** Interfaces that were switched off. */
  readonly off: ReadonlySet<string>
}

export const noSourceChanges: SourceChanges = { enabled: null, moved: new Map(), off: new Set() }

/** What is in force. */
export interface SourceGroups {
  readonly enabled: boolean
  readonly groups: readonly SourceGroup[]
}

export interface SourceGroup {
  readonly vip: VipConfig
  readonly interfaces: readonly { readonly name: string; readonly enabled: boolean }[]
}

/** The configured groups with the operators' changes. A VIP that is gone, or unique no more, has no group. */
export function sourceGroups(config: SourceConfig, vips: readonly VipConfig[], changes: SourceChanges): SourceGroups {
  const groupOf = new Map(
    config.groups.flatMap(({ vip, interfaces }) => interfaces.map((name) => [name, vip] as const)),
  )
  for (const [name, vip] of changes.moved) {
    if (vip === null) groupOf.delete(name)
    else groupOf.set(name, vip)
  }
  const configured = config.groups.map(({ vip }) => vip)
  return {
    enabled: changes.enabled ?? config.enabled,
    groups: vips.flatMap((vip) => {
      const interfaces = [...groupOf].flatMap(([name, group]) =>
        group === vip.name ? [{ name, enabled: !changes.off.has(name) }] : [],
      )
      const has = interfaces.length > 0 || configured.includes(vip.name)
      return vip.unique && has ? [{ vip, interfaces }] : []
    }),
  }
}

/** The addresses of a VIP that are sources: the first of each family. */
export function sourcesOf({ addresses }: Pick<VipConfig, 'addresses'>): Address[] {
  return families.flatMap((family) => addresses.find((address) => address.family === family) ?? [])
}

const families: readonly Family[] = ['ipv4', 'ipv6']

/** An address that connections are to leave with. */
export interface Source {
  readonly family: Family
  /** Through these. */
  readonly interfaces: readonly string[]
}

/** By text, of the groups that are switched on. */
export function sourcesIn({ enabled, groups }: SourceGroups): ReadonlyMap<string, Source> {
  const sources = new Map<string, Source>()
  for (const { vip, interfaces } of enabled ? groups : []) {
    const on = interfaces.filter((each) => each.enabled).map(({ name }) => name)
    if (on.length === 0) continue
    for (const { text, family } of sourcesOf(vip)) sources.set(text, { family, interfaces: on })
  }
  return sources
}

/** Whether an address of a VIP is to be a source now, and in one word why, or why not. */
export type SourceUse =
  | { readonly kind: 'use' }
  /** A change is on its way, or the network still learns of the last: neither taken up nor given up, until a time if that alone is missing. */
  | { readonly kind: 'stay'; readonly until: number | null }
  | { readonly kind: 'leave'; readonly because: 'off' | 'draining' | 'unbound' | 'not-announced' }

/**
 * How an address does as a source: why it is none, or `in-use`; `leaving` while its routes are removed, `pending` while a
 * change at its routers is on its way.
 */
export type SourceState = 'in-use' | 'leaving' | 'pending' | Extract<SourceUse, { kind: 'leave' }>['because']

/** What a router says of the address. */
export interface SourceRoute {
  readonly reason: Reason
  /** Whether it sends it to a neighbor. */
  readonly announced: boolean
  /** Since when its reason is what it is, on the monotonic clock. */
  readonly since: number
}

/**
 * | intent           | kernel   | routers                                     | use |
 * |------------------|----------|---------------------------------------------|-----|
 * | withdraw         |          |                                             | leave: it goes before the route does |
 * | draining         |          |                                             | leave: new connections would not outlive the drain |
 * | announce, keep   | not held |                                             | leave |
 * | announce, keep   | holds it | one announces it, for `settle` at least     | use |
 * | announce, keep   | holds it | one announces it, not so long yet           | stay: routers further away don't have it yet |
 * | announce, keep   | holds it | none does, and a change is on its way       | stay |
 * | announce, keep   | holds it | none does                                   | leave: replies would not find this host |
 */
export function sourceUse(
  intent: Pick<Intent, 'kind' | 'reason'> | undefined,
  held: boolean,
  routes: readonly SourceRoute[],
  settle: number,
  now: number,
): SourceUse {
  if (intent?.reason === 'draining') return { kind: 'leave', because: 'draining' }
  if (intent === undefined || intent.kind === 'withdraw') return { kind: 'leave', because: 'not-announced' }
  if (!held) return { kind: 'leave', because: 'unbound' }
  const announced = routes.filter((route) => route.announced)
  const settled = Math.min(...announced.map(({ since }) => since + settle))
  if (settled <= now) return { kind: 'use' }
  if (announced.length > 0) return { kind: 'stay', until: settled }
  return routes.some(({ reason }) => reason === 'pending')
    ? { kind: 'stay', until: null }
    : { kind: 'leave', because: 'not-announced' }
}
