import { z } from 'zod'

import type { LargeCommunity } from '../../domain/attributes.js'
import { parseCommunity, wellKnownCommunities } from '../../domain/community.js'
import { nearest } from '../nearest.js'
import { leaf, shown, textWith, Wrong } from './leaf.js'
import { oneOf, wholeNumber } from './scalars.js'

const most32 = 4_294_967_295

const community = textWith({}, (written): number | Wrong => {
  const value = parseCommunity(written)
  if (value !== undefined) return value
  const meant = nearest(written, wellKnownCommunities)
  const form = `Write "65001:100", both numbers at most 65535, or one of: ${wellKnownCommunities.join(', ')}`
  return new Wrong(`\`${written}\` is not a community`, meant === undefined ? form : `Did you mean \`${meant}\`?`)
})

const largeCommunity = textWith({}, (written): LargeCommunity | Wrong => {
  const [globalAdmin = 0, localData1 = 0, localData2 = 0] = written.split(':').map(Number)
  const fits = Math.max(globalAdmin, localData1, localData2) <= most32
  if (/^\d{1,10}:\d{1,10}:\d{1,10}$/.test(written) && fits) return { globalAdmin, localData1, localData2 }
  const remedy = `Write three numbers of at most ${most32}: "65001:1:2"`
  return new Wrong(`\`${written}\` is not a large community`, remedy)
})

export const bgpShape = {
  med: wholeNumber(
    0,
    most32,
    'MED: a neighbor AS prefers the lower; a VIP that sets it in one state sets it in all',
  ).optional(),
  localPref: wholeNumber(0, most32, 'LOCAL_PREF: the higher is preferred; goes to iBGP neighbors only').optional(),
  communities: z.array(community).meta({ description: 'Standard communities, and well-known ones by name' }).optional(),
  largeCommunities: z.array(largeCommunity).meta({ description: 'Large communities (RFC 8092)' }).optional(),
  prepend: wholeNumber(
    0,
    16,
    'How many more times the own ASN stands in the path; goes to eBGP neighbors only',
  ).optional(),
}

// 0xffffff is LSInfinity: a route with it is unreachable (RFC 2328 appendix B).
const mostMetric = 0xfffffe

export const ospfShape = {
  as: oneOf(['external', 'internal'], 'external: a type-5 route of its own; internal: a stub link').optional(),
  // ospf6d takes 0 for none.
  metric: wholeNumber(1, mostMetric, 'OSPF metric; of a stub link at most 65535').optional(),
  metricType: leaf({ enum: [1, 2], description: 'Type of an external metric' }, (written): 1 | 2 | Wrong =>
    written === 1 || written === 2 ? written : new Wrong(`${shown(written)} is no type of metric`, 'Write 1 or 2'),
  ).optional(),
}

export const attributesShape = {
  bgp: z.strictObject(bgpShape).meta({ description: 'BGP path attributes' }).optional(),
  ospf: z.strictObject(ospfShape).meta({ description: 'OSPF attributes' }).optional(),
}

export const attributes = z.strictObject(attributesShape)
