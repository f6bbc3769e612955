import { Frr } from '../../testnet/lab/frr.js'
import { Host, quickly } from '../lab/support/host.js'
import { startOspfArea } from '../lab/support/ospf-area.js'
import type { Unpacked } from '../support/debian.js'
import type { FailoverWorld } from './failover.js'
import { bindReleases } from './releases.js'

const vips = ['198.51.100.80', '2001:db8:53::80'] as const

const configuration = `pools: [198.51.100.0/24, "2001:db8:53::/48"]
routers:
  frr: {type: frr, ospf: {area: 0.0.0.0}}
vips:
  web:
    addresses: [${vips[0]}, "${vips[1]}"]
    checks: [{type: tcp, host: 127.0.0.1, port: 8080, ${quickly}}]
    holdDown: 0s
    damping: false
    settle: 50ms
`

/** The host of ospf-area with its FRR of some release, and at the other end of two paths the FRR of border. */
export async function openOspfArea(release: Unpacked): Promise<FailoverWorld> {
  const lab = await startOspfArea(bindReleases({ host: release }))
  const host = new Host(lab.node('host'))
  const frr = new Frr(host.node)
  return {
    lab,
    host,
    upstream: lab.node('border'),
    vips,
    configuration,
    saysVersion: () => frr.show('ospfd', 'show version'),
    killRouter: () => frr.kill(),
    startRouter: () => frr.start(),
  }
}
