import { Frr } from '../../testnet/lab/frr.js'
import { Host, quickly } from '../lab/support/host.js'
import { vip4, vip6 } from '../lab/support/two-hosts.js'
import type { Unpacked } from '../support/debian.js'
import { startFrrGrpcLab } from '../support/frr-grpc-world.js'
import type { FailoverWorld } from './failover.js'

const configuration = `pools: [203.0.113.0/24, "2001:db8:53::/48"]
routers: {coreGrpc: {type: frr-grpc, address: "127.0.0.1:50053"}}
vips:
  web:
    addresses: [${vip4}, "${vip6}"]
    checks: [{type: tcp, host: 127.0.0.1, port: 8080, ${quickly}}]
    holdDown: 0s
    damping: false
`

/** A host whose bgpd is told over its northbound, and the BIRD upstream of it. */
export async function openFrrGrpc(release: Unpacked): Promise<FailoverWorld> {
  const lab = await startFrrGrpcLab(release)
  const host = new Host(lab.node('own'))
  const frr = new Frr(host.node)
  return {
    lab,
    host,
    upstream: lab.node('edge'),
    vips: [vip4, vip6],
    configuration,
    saysVersion: () => frr.show('bgpd', 'show version'),
    killRouter: () => frr.kill(),
    startRouter: () => frr.start(),
  }
}
