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
/** The host, as r1 and r2 know it, and r1 and r2, as border knows them. */
const atRouters = { r1: ['192.0.2.5'], r2: ['192.0.2.7'] } as const
const bothWays = ['192.0.2.1', '192.0.2.3']

describe('the example host-route-frr.yaml on a host with two NICs', () => {
  let lab: Lab
  let host: Host
  let service: NodeProcess
  let daemon: Daemon
  before(async () => {
    lab = await startOspfArea()
    host = new Host(lab.node('host'))
    service = await host.startService()
    daemon = await host.startDaemon(await readFile(`${project}test/fixtures/examples/host-route-frr.yaml`, 'utf8'))
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

  it('is reached by BGP from both of its routers, with its MED', async () => {
    for (const [router, hops] of Object.entries(atRouters)) {
      await waitFor(async () => / proto bgp /.test(await lab.node(router).output(['ip', 'route', 'show', web])), {
        what: `${router} prefers BGP`,
        explain: () => daemon.explain(),
      })
      await goesTo(router, web, hops)
      await goesTo(router, identity, hops)
      const command = `show bgp ipv4 unicast ${web}/32 json`
      const { paths } = await new Frr(lab.node(router)).json<{ paths: { metric: number }[] }>('bgpd', command)
      assert.deepEqual(
        paths.map(({ metric }) => metric),
        [50],
      )
    }
  })

  it('is reached by OSPF over both paths of the area, as an external route of type 1 with its metric', async () => {
    await goesTo('border', web, bothWays)
    await goesTo('border', identity, bothWays)
    const lsa = await new Frr(lab.node('border')).show('ospfd', `show ip ospf database external ${web}`)
    assert.match(lsa, /Metric Type: 1\b/)
    assert.match(lsa, /Metric: 10\b/)
  })

  it('leaves with its identity, but to its routers; a program that binds leaves as it wishes', async () => {
    const from = async (to: string, ...how: string[]): Promise<string> => {
      const [, source = ''] = / src (\S+)/.exec(await lab.node('host').output(['ip', 'route', 'get', to, ...how])) ?? []
      return source
    }
    await waitFor(async () => (await from('203.0.113.10')) === identity, {
      what: 'connections leave with the identity',
      explain: () => daemon.explain(),
    })
    assert.equal(await from('192.0.2.4'), '192.0.2.5')
    assert.equal(await from('203.0.113.10', 'from', '192.0.2.5'), '')
  })

  it('is reached through either NIC while the other has no carrier', async () => {
    for (const [nic, router, gone, left] of [
      ['eth1', 'r2', 'r1', '192.0.2.3'],
      ['eth2', 'r1', 'r2', '192.0.2.1'],
    ] as const) {
      await lab.link(`host:${nic}`).down()
      await goesTo('border', web, [left])
      await goesTo(router, web, atRouters[router])
      assert.deepEqual(await answer(), 'host\n')
      await lab.link(`host:${nic}`).up()
      await goesTo('border', web, bothWays)
      await goesTo(gone, web, atRouters[gone])
    }
  })

  it('loses a service that has died everywhere, and keeps its identity, which no check can take away', async () => {
    service.kill('SIGKILL')
    for (const router of ['border', 'r1', 'r2']) await goesTo(router, web, [])
    for (const [router, hops] of Object.entries(atRouters)) await goesTo(router, identity, hops)
    await goesTo('border', identity, bothWays)
  })

  async function answer(): Promise<string> {
    return lab.node('client').output(['curl', '-s', '--max-time', '5', `http://${web}:8080/`])
  }
})
