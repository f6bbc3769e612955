import { Frr } from '../../testnet/lab/frr.js'
import { Host, quickly } from '../lab/support/host.js'
import { startRedistribute, type protocols } from '../lab/support/redistribute.js'
import { vip4, vip6 } from '../lab/support/two-hosts.js'
import type { Unpacked } from '../support/debian.js'
import type { FailoverWorld } from './failover.js'
import { bindReleases } from './releases.js'

const configuration = `pools: [203.0.113.0/24, "2001:db8:53::/48"]
routers: {any: {type: kernel}}
vips:
  web:
    addresses: [${vip4}, "${vip6}"]
    checks: [{type: tcp, host: 127.0.0.1, port: 8080, ${quickly}}]
    holdDown: 0s
    damping: false
`

type Protocol = (typeof protocols)[number]

/** host1 of the lab redistribute, whose BIRD announces what is bound, and the BIRD that hears of it by one protocol. */
export async function openBirdKernel(release: Unpacked, protocol: Protocol): Promise<FailoverWorld> {
  const lab = await startRedistribute(bindReleases({ host1: release }))
  const host = new Host(lab.node('host1'))
  return {
    lab,
    host,
    upstream: lab.node(protocol),
    vips: [vip4, vip6],
    configuration,
    saysVersion: () => host.node.output(['birdc', 'show', 'status']),
    killRouter: async () => {
      host.node.main?.kill('SIGKILL')
      await host.node.main?.exited
    },
    startRouter: async () => void (await host.node.startMain()),
  }
}

/** The same with host2 and its FRR. */
export async function openFrrKernel(release: Unpacked, protocol: Protocol): Promise<FailoverWorld> {
  const lab = await startRedistribute(bindReleases({ host2: release }))
  const host = new Host(lab.node('host2'))
  const frr = new Frr(host.node)
  return {
    lab,
    host,
    upstream: lab.node(protocol),
    vips: [vip4, vip6],
    configuration,
    saysVersion: () => frr.show('zebra', 'show version'),
    killRouter: () => frr.kill(),
    startRouter: () => frr.start(),
  }
}
