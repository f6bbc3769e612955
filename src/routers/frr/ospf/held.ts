import type { Address } from '../../../domain/address.js'
import type { FittedAttributes } from '../../../domain/attributes.js'
import type { Dialect } from './dialect.js'

/** How one host route of ours stands in OSPF. */
export type Held =
  /** A route of its own (type 5); what is not set FRR chooses: metric 20, type 2. */
  | { readonly kind: 'external'; readonly metric?: number; readonly metricType?: 1 | 2 }
  /** A stub link of the router, on the interface that holds the address; without a metric the interface has one. */
  | { readonly kind: 'internal'; readonly interface: string; readonly metric?: number }

export type External = Extract<Held, { readonly kind: 'external' }>
export type Internal = Extract<Held, { readonly kind: 'internal' }>

export interface Holding {
  readonly address: Address
  readonly held: Held
}

/** Our routes in one daemon, by address text. */
export type Holdings = ReadonlyMap<string, Holding>

export function heldFor({ ospf, interface: on = 'lo' }: FittedAttributes): Held {
  const { as = 'external', metric, metricType } = ospf
  if (as === 'internal') return { kind: 'internal', interface: on, ...(metric !== undefined && { metric }) }
  return { kind: 'external', ...(metric !== undefined && { metric }), ...(metricType !== undefined && { metricType }) }
}

export function attributesOf(held: Held): FittedAttributes {
  const { kind, ...rest } = held
  if (held.kind === 'external') return { bgp: {}, ospf: { as: kind, ...rest } }
  const { interface: on, metric } = held
  return { bgp: {}, ospf: { as: 'internal', ...(metric !== undefined && { metric }) }, interface: on }
}

/**
 * The name of the prefix-list that holds the addresses of such routes. FRR's `network` and interface statements bear no name, so
 * the list is what says that one is ours; and it tells the route-map's entry what to set.
 */
export function listName({ map }: Dialect, held: Held): string {
  if (held.kind === 'internal') return `${map}-on-${held.interface}`
  const metric = held.metric === undefined ? '' : `-metric-${held.metric}`
  return `${map}${metric}${held.metricType === undefined ? '' : `-type-${held.metricType}`}`
}

/** The list of all external routes, which the operator's own route-map asks where it lets ours pass. */
export function guestList({ map }: Dialect): string {
  return `${map}-vips`
}

/** What a list of ours says of the addresses in it, but for an internal metric; undefined: no list of ours is called so. */
export function readListName({ map }: Dialect, name: string): Held | undefined {
  if (!name.startsWith(map)) return undefined
  const rest = name.slice(map.length)
  const [, on] = /^-on-(\S+)$/.exec(rest) ?? []
  if (on !== undefined) return { kind: 'internal', interface: on }
  const external = /^(?:-metric-(\d+))?(?:-type-([12]))?$/.exec(rest)
  if (external === null) return undefined
  const [, metric, type] = external
  return {
    kind: 'external',
    ...(metric !== undefined && { metric: Number(metric) }),
    ...(type !== undefined && { metricType: type === '1' ? 1 : 2 }),
  }
}

/** What our route-map sets for the addresses of such a list. */
export function setsOf({ metric, metricType }: External): string[] {
  return [
    ...(metric === undefined ? [] : [`metric ${metric}`]),
    ...(metricType === undefined ? [] : [`metric-type type-${metricType}`]),
  ]
}
