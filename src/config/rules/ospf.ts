import type { RouterConfig } from '../../domain/config.js'
import { speaks } from '../../domain/protocol.js'
import type { ReadAttributes } from '../read/attributes.js'
import type { ReadFile } from '../read/file.js'
import type { Place } from '../read/place.js'
import type { ReadVip } from '../read/vips.js'

/** What OSPF can't carry as the VIPs ask for it. */
export function ospfRules({ config, vips }: ReadFile): void {
  const carried = vips.filter((vip) => isCarried(vip, config.routers))
  for (const vip of carried) {
    oneKind(vip)
    if (isInternal(vip)) fitStubLink(vip)
  }
  shareNoInterface(carried.filter(isInternal))
  for (const router of config.routers) fewEnough(router, carried)
}

const states = ['announce', 'whenDegraded', 'whenDown', 'drain'] as const

type Key = 'as' | 'metric' | 'metricType'

function isCarried({ config }: ReadVip, routers: readonly RouterConfig[]): boolean {
  return routers.some((router) => speaks(router, 'ospf') && config.routers.includes(router.name))
}

function isInternal({ config }: ReadVip): boolean {
  return config.announce.ospf.as === 'internal'
}

function placeOf(read: ReadAttributes | undefined, key: Key): Place | undefined {
  return read?.place.entry('ospf')?.entry(key)
}

/** A change of kind would take the route back before it gives it anew. */
function oneKind({ states: read }: ReadVip): void {
  for (const state of ['whenDegraded', 'whenDown', 'drain'] as const) {
    placeOf(read[state], 'as')?.refuse('a VIP is of one kind in all its states', 'Write `as` under `announce` alone')
  }
}

/** Metrics of links have 16 bits (RFC 2328 section A.4.2), and no type. */
const mostLinkMetric = 65_535

function fitStubLink({ states: read }: ReadVip): void {
  for (const state of states) {
    placeOf(read[state], 'metricType')?.warn('a stub link has no type of metric, so this has no effect', 'Remove it')
    if ((read[state]?.attributes.ospf.metric ?? 0) <= mostLinkMetric) continue
    placeOf(read[state], 'metric')?.refuse('of a stub link it is too high', `Write at most ${mostLinkMetric}`)
  }
}

/** OSPFv3 has one metric for all that is on an interface, and draining one VIP raises it; FRR's OSPFv2 has one for each address. */
function shareNoInterface(vips: readonly ReadVip[]): void {
  const first = new Map<string, string>()
  for (const { config, fields } of vips) {
    if (!config.addresses.some(({ family }) => family === 'ipv6')) continue
    const before = first.get(config.interface)
    first.set(config.interface, before ?? config.name)
    if (before === undefined) continue
    const place = fields.at('interface') ?? fields.place
    place.refuse(
      `the VIP \`${before}\` has IPv6 stub links on \`${config.interface}\` already, and OSPFv3 has one metric for all that is on an interface`,
      'Give each an `interface` of its own, or write `as: external`',
    )
  }
}

/** FRR checks each line of a prefix-list against all others: 100 take 0.3 s, 200 0.6 s, 1,000 half a minute without hellos. */
const mostExternal = 200

function fewEnough(router: RouterConfig, vips: readonly ReadVip[]): void {
  if (!speaks(router, 'ospf')) return
  let count = 0
  for (const vip of vips.filter((each) => !isInternal(each) && each.config.routers.includes(router.name))) {
    count += vip.config.addresses.length
    if (count <= mostExternal) continue
    vip.fields.place.warn(
      `the router \`${router.name}\` is to carry more than ${mostExternal} external routes of OSPF, which FRR takes seconds for`,
      'Write `as: internal`, or announce them by BGP',
    )
    return
  }
}
