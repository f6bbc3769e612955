import type { RouteAttributes } from '../../domain/attributes.js'
import { attributesShape, bgpShape, ospfShape } from '../schema/attributes.js'
import { Fields, type Shape } from './fields.js'
import type { Place } from './place.js'

/** Attributes as written in one place, and whether all of them are right. */
export interface ReadAttributes {
  readonly attributes: RouteAttributes
  readonly place: Place
  readonly good: boolean
}

export const nothingSet: RouteAttributes = { bgp: {}, ospf: {} }

export function readAttributes(place: Place): ReadAttributes {
  return readGroups(place, new Fields(place, attributesShape, { nested: ['bgp', 'ospf'] }))
}

/** The attributes among the keys of a place that has others, too. */
export function readGroups(place: Place, fields: Pick<Fields<typeof attributesShape>, 'at' | 'good'>): ReadAttributes {
  const bgp = readGroup(fields.at('bgp'), bgpShape)
  const ospf = readGroup(fields.at('ospf'), ospfShape)
  return {
    place,
    attributes: { bgp: bgp.values, ospf: ospf.values },
    good: fields.good('bgp', 'ospf') && bgp.good && ospf.good,
  }
}

function readGroup(place: Place | undefined, shape: Shape): { values: object; good: boolean } {
  if (place === undefined) return { values: {}, good: true }
  const fields = new Fields(place, shape)
  const keys = Object.keys(shape)
  const given = keys.map((key) => [key, fields.lookup(key)] as const).filter(([, value]) => value !== undefined)
  return { values: Object.fromEntries(given), good: fields.good(...keys) }
}
