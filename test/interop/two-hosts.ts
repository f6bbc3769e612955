import { Host, web } from '../lab/support/host.js'
import { startTwoHosts, vip4, vip6 } from '../lab/support/two-hosts.js'
import type { Unpacked } from '../support/debian.js'
import type { FailoverWorld } from './failover.js'
import { bindReleases } from './releases.js'

/** Which nodes of the lab two-hosts run another release than this machine's. */
export type Released = Readonly<Partial<Record<'router' | 'host1', Unpacked>>>

/** host1 of two-hosts with its gobgpd, and the BIRD upstream of it. */
export async function openTwoHosts(released: Released): Promise<FailoverWorld> {
  const lab = await startTwoHosts(bindReleases(released))
  const host = new Host(lab.node('host1'))
  return {
    lab,
    host,
    upstream: lab.node('router'),
    vips: [vip4, vip6],
    configuration: web(),
    saysVersion: () =>
      released.router === undefined
        ? host.node.output(['gobgpd', '--version'])
        : lab.node('router').output(['birdc', 'show', 'status']),
    killRouter: async () => {
      host.gobgpd.kill('SIGKILL')
      await host.gobgpd.exited
    },
    startRouter: async () => void (await host.node.startMain()),
  }
}
