import type { Config, GobgpConfig, ManagedNeighbor, VipConfig } from '../../domain/config.js'
import { reaches } from './attributes.js'

/** What of the attributes that VIPs ask for reaches one neighbor of a router that vipcast starts itself. */
export interface NeighborReach {
  readonly router: string
  readonly neighbor: string
  readonly kind: 'ebgp' | 'ibgp'
  /** Keys under `bgp` that have an effect there, and those that have none. */
  readonly effective: readonly string[]
  readonly ineffective: readonly string[]
}

/** For every neighbor that the configuration names; those of other routers are known to the routers alone. */
export function attributeReach(config: Config): NeighborReach[] {
  return config.routers.flatMap((router) => {
    if (router.type !== 'gobgp' || router.connection.kind !== 'managed') return []
    const keys = askedOf(config, router)
    const { asn, neighbors } = router.connection.speaker
    return neighbors.map((neighbor) => {
      const kind = neighbor.asn === asn ? 'ibgp' : 'ebgp'
      return {
        router: router.name,
        neighbor: peerText(neighbor),
        kind,
        effective: keys.filter((key) => reaches(key, kind)),
        ineffective: keys.filter((key) => !reaches(key, kind)),
      }
    })
  })
}

function peerText({ peer }: ManagedNeighbor): string {
  return peer.kind === 'address' ? peer.address.text : peer.interface
}

/** Keys that any VIP of the router sets, in any of its states. */
function askedOf({ vips }: Config, router: GobgpConfig): string[] {
  const asked = vips.filter((vip) => vip.routers.includes(router.name)).flatMap(keysOf)
  return [...new Set(asked)]
}

function keysOf({ announce, whenDegraded, whenDown }: VipConfig): string[] {
  const states = [announce, whenDegraded, ...(whenDown.kind === 'announce' ? [whenDown.attributes] : [])]
  return states.flatMap(({ bgp }) => Object.keys(bgp))
}
