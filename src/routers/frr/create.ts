import type { FrrConfig } from '../../domain/config.js'
import type { RouterTarget } from '../../domain/target.js'
import type { Clock } from '../../platform/clock.js'
import { PoolSet } from '../common/pool-set.js'
import type { Prefix } from '../../domain/address.js'
import { ospf6d, ospfd } from './ospf/dialect.js'
import { OspfTarget } from './ospf/target.js'
import { FrrTarget } from './target.js'
import { DaemonsTarget, type Part } from './together.js'

export interface FrrOptions extends Pick<FrrConfig, 'name' | 'sockets' | 'bgp' | 'ospf'> {
  readonly pools: readonly Prefix[]
  readonly clock: Clock
  readonly random: () => number
}

/** The daemons that a router's part of the configuration names, as one; nothing is started here. */
export function createFrrTarget({ bgp, ospf, ...common }: FrrOptions): RouterTarget {
  const parts = [...(bgp === null ? [] : [bgpPart(bgp, common)]), ...(ospf === null ? [] : ospfParts(ospf, common))]
  const [first, ...others] = parts
  return first !== undefined && others.length === 0 ? first.target : new DaemonsTarget(common.name, parts, common.clock)
}

type Common = Omit<FrrOptions, 'bgp' | 'ospf'>

function bgpPart(bgp: NonNullable<FrrConfig['bgp']>, common: Common): Part {
  return { target: new FrrTarget({ ...common, bgp }), protocol: 'bgp', families: ['ipv4', 'ipv6'] }
}

/** OSPFv2 carries IPv4 and OSPFv3 IPv6: what the pools do not hold needs no daemon. */
function ospfParts({ area }: NonNullable<FrrConfig['ospf']>, common: Common): Part[] {
  const { families } = new PoolSet(common.pools)
  const dialects = [ospfd, ospf6d].filter(({ family }) => families.includes(family))
  return dialects.map((dialect) => ({
    target: new OspfTarget({ ...common, dialect, area }),
    protocol: 'ospf',
    families: [dialect.family],
  }))
}
