/** One BGP speaker of a small network on `lo`, as gobgpd's configuration. */
export interface SpeakerConfig {
  readonly asn: number
  readonly address: string
  readonly address6: string
  readonly neighbors: readonly NeighborConfig[]
  /** A network that no neighbor is sent. */
  readonly keptBack?: string
}

export interface NeighborConfig {
  readonly address: string
  readonly asn: number
  readonly families: readonly ('ipv4' | 'ipv6')[]
}

/** The configuration file, in TOML. */
export function gobgpConfig({ asn, address, address6, neighbors, keptBack }: SpeakerConfig): string {
  const global = `[global.config]
as = ${asn}
router-id = "${address}"
local-address-list = ["${address}", "${address6}"]
`
  const policy = `[global.apply-policy.config]
export-policy-list = ["keep-back"]
default-export-policy = "accept-route"
[[defined-sets.prefix-sets]]
prefix-set-name = "kept"
[[defined-sets.prefix-sets.prefix-list]]
ip-prefix = "${keptBack}"
[[policy-definitions]]
name = "keep-back"
[[policy-definitions.statements]]
[policy-definitions.statements.conditions.match-prefix-set]
prefix-set = "kept"
[policy-definitions.statements.actions]
route-disposition = "reject-route"
`
  const own = { ipv4: address, ipv6: address6 }
  return [global, keptBack === undefined ? '' : policy, ...neighbors.map((one) => neighborConfig(one, own))].join('')
}

function neighborConfig({ address, asn, families }: NeighborConfig, own: { ipv4: string; ipv6: string }): string {
  const local = address.includes(':') ? own.ipv6 : own.ipv4
  const afiSafis = families.map(
    (family) => `[[neighbors.afi-safis]]
[neighbors.afi-safis.config]
afi-safi-name = "${family}-unicast"
`,
  )
  return `[[neighbors]]
[neighbors.config]
neighbor-address = "${address}"
peer-as = ${asn}
[neighbors.transport.config]
local-address = "${local}"
[neighbors.timers.config]
connect-retry = 1
idle-hold-time-after-reset = 1
${afiSafis.join('')}`
}
