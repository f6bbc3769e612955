import { hostLength } from '../../../domain/address.js'
import type { Family, Prefix } from '../../../domain/address.js'
import type { ManagedNeighbor, ManagedSpeaker } from '../../../domain/config.js'
import { renderTemplate } from './template.js'
import type { TemplateScope } from './template.js'

/** A neighbor with what was read for it. */
export interface ReadyNeighbor {
  readonly neighbor: ManagedNeighbor
  readonly password: string | null
}

export interface SpeakerSettings {
  readonly speaker: Pick<ManagedSpeaker, 'asn' | 'routerId' | 'listen'>
  readonly neighbors: readonly ReadyNeighbor[]
  readonly pools: readonly Prefix[]
  /** Milliseconds that neighbors keep our routes after gobgpd went without a word; null: no graceful restart. */
  readonly keepRoutesFor: number | null
}

/** gobgpd's configuration as TOML. */
export function renderConfig(template: string, settings: SpeakerSettings): string {
  const { speaker, neighbors, pools, keepRoutesFor } = settings
  const { asn, routerId, listen } = speaker
  return renderTemplate(template, {
    asn,
    routerId: routerId.text,
    listenPort: listen === null ? -1 : listen.port,
    listenAddresses:
      listen === null || listen.addresses.length === 0 ? null : listen.addresses.map((address) => address.text),
    restartTime: keepRoutesFor === null ? null : Math.ceil(seconds(keepRoutesFor)),
    neighbors: neighbors.map(neighborScope),
    poolSets: (['ipv4', 'ipv6'] as const).flatMap((family) => poolSet(family, pools)),
  })
}

/**
 * Left alone, gobgpd fills in the link's address with its zone, and 3.30 to 3.37 then fail to read it: they send `::` as
 * next hop. The kernel chooses that same address.
 */
const anyAddress = '::'

function neighborScope({ neighbor, password }: ReadyNeighbor): TemplateScope {
  const { peer } = neighbor
  return {
    address: peer.kind === 'address' ? peer.address.text : null,
    interface: peer.kind === 'interface' ? peer.interface : null,
    peerAsn: neighbor.asn,
    password,
    localAddress: neighbor.localAddress?.text ?? (peer.kind === 'interface' ? anyAddress : null),
    holdTime: seconds(neighbor.holdTime),
    keepalive: seconds(neighbor.keepalive),
    connectRetry: seconds(neighbor.connectRetry),
    multihop: neighbor.multihop,
    ttlSecurity: neighbor.ttlSecurity,
    bfd: neighbor.bfd ? 1 : null,
    families: neighbor.families.map((family) => ({ family: `${family}-unicast` })),
  }
}

/** gobgpd takes one family per set, and matches nothing with a set that is empty. */
function poolSet(family: Family, pools: readonly Prefix[]): TemplateScope[] {
  const own = pools.filter((pool) => pool.family === family)
  if (own.length === 0) return []
  const length = hostLength(family)
  return [
    {
      set: `vipcast-pools-${family}`,
      statement: `vipcast-export-${family}`,
      prefixes: own.map((pool) => ({ prefix: pool.text, hostMask: `${length}..${length}` })),
    },
  ]
}

function seconds(milliseconds: number): number {
  return milliseconds / 1000
}
