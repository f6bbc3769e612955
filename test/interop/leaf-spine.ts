import { Frr } from '../../testnet/lab/frr.js'
import { Host, quickly } from '../lab/support/host.js'
import { startLeafSpine } from '../lab/support/leaf-spine.js'
import { vip4, vip6 } from '../lab/support/two-hosts.js'
import type { Unpacked } from '../support/debian.js'
import type { FailoverWorld } from './failover.js'
import { bindReleases } from './releases.js'

const configuration = `pools: [203.0.113.0/24, "2001:db8:53::/48"]
routers:
  frr: {type: frr, bgp: {asn: 65003}}
vips:
  web:
    addresses: [${vip4}, "${vip6}"]
    checks: [{type: tcp, host: 127.0.0.1, port: 8080, ${quickly}}]
    holdDown: 0s
    damping: false
    settle: 50ms
`

/** host3 of leaf-spine with its FRR of some release, and the BIRD of leaf1 upstream of it. */
export async function openLeafSpine(release: Unpacked): Promise<FailoverWorld> {
  const lab = await startLeafSpine(bindReleases({ host3: release }))
  const host = new Host(lab.node('host3'))
  const frr = new Frr(host.node)
  return {
    lab,
    host,
    upstream: lab.node('leaf1'),
    vips: [vip4, vip6],
    configuration,
    saysVersion: () => frr.show('bgpd', 'show version'),
    killRouter: () => frr.kill(),
    startRouter: () => frr.start(),
  }
}
