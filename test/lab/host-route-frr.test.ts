import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, describe, it } from 'node:test'
import { Frr } from '../../testnet/lab/frr.js'
import type { Lab } from '../../testnet/lab/lab.js'
import type { NodeProcess } from '../../testnet/lab/process.js'
import { nextHopsOf } from '../../testnet/observe/routes.js'
import { waitFor } from '../../testnet/observe/wait.js'
import { Host, type Daemon } from './support/host.js'
import { startOspfArea } from './support/ospf-area.js'
import { project } from './support/two-hosts.js'

const [web, identity] = ['198.51.100.80', '198.51.100.10'] as const
/** The host, as r1 and r2 know it. */
const atRouters = { r1: ['192.0.2.5'], r2: ['192.0.2.7'] } as const

describe('the BGP of the example host-route-frr.yaml on a host with two NICs', () => {
  let lab: Lab
  let host: Host
  let service: NodeProcess
  let daemon: Daemon
  before(async () => {
    lab = await startOspfArea()
    host = new Host(lab.node('host'))
    service = await host.startService()
    daemon = await host.startDaemon(await exampleOfBgp())
  })
  after(() => lab?.stop())

  /** Waits until a router sends a VIP to these next hops; to none: it has no route. */
  async function goesTo(router: string, vip: string, hops: readonly string[]): Promise<void> {
    let seen: readonly string[] = []
    const look = async (): Promise<boolean> => {
      seen = (await nextHopsOf(lab.node(router), vip)) ?? []
      return JSON.stringify(seen) === JSON.stringify(hops)
    }
    const what = `${vip} goes from ${router} to ${hops.join(' and ') || 'nobody'}`
    await waitFor(look, { what, explain: () => `${seen.join(' and ')}\n${daemon.explain()}` })
  }

  it('brings service and identity to both routers, the service with its MED', async () => {
    for (const [router, hops] of Object.entries(atRouters)) {
      await goesTo(router, web, hops)
      await goesTo(router, identity, hops)
      assert.match(await lab.node(router).output(['ip', 'route', 'show', web]), /proto bgp/)
      const { paths } = await new Frr(lab.node(router)).json<{ paths: { metric: number }[] }>(
        'bgpd',
        `show bgp ipv4 unicast ${web}/32 json`,
      )
      assert.deepEqual(
        paths.map(({ metric }) => metric),
        [50],
      )
    }
  })

  it('keeps it at one router while the NIC of the other has no carrier, and brings it back', async () => {
    await lab.link('host:eth1').down()
    await goesTo('r1', web, [])
    await goesTo('r2', web, atRouters.r2)
    await lab.link('host:eth1').up()
    await goesTo('r1', web, atRouters.r1)
  })

  it('takes a service that has died from everywhere, and leaves the identity, which no check can take away', async () => {
    service.kill('SIGKILL')
    for (const [router, hops] of Object.entries(atRouters)) {
      await goesTo(router, web, [])
      await goesTo(router, identity, hops)
    }
  })
})

/** Without source addresses, and without OSPF. */
async function exampleOfBgp(): Promise<string> {
  const example = await readFile(`${project}test/fixtures/examples/host-route-frr.yaml`, 'utf8')
  const [kept = '', sources] = example.split(/^source:\n/m)
  assert.ok(sources !== undefined, 'the example has a section source')
  return kept.replaceAll(/, ospf: \{[^}]*\}/g, '')
}
