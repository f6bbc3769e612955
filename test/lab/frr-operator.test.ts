import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { mapName } from '../../src/routers/frr/bgp/route-map.js'
import type { NodeProcess } from '../../testnet/lab/process.js'
import { birdRoutes } from '../../testnet/observe/bird.js'
import { hostRoute } from '../../testnet/observe/routes.js'
import { waitFor } from '../../testnet/observe/wait.js'
import { frrWeb, startFrrHost, type FrrHost } from './support/frr-host.js'
import type { Daemon } from './support/host.js'
import { vip4, vip6 } from './support/two-hosts.js'

const both = [vip4, vip6]
const configured = frrWeb('announce: {bgp: {med: 100}}')

describe('beside an operator of FRR', () => {
  let lab: FrrHost
  let daemon: Daemon
  let service: NodeProcess
  before(async () => {
    lab = await startFrrHost()
    daemon = await lab.host.startDaemon(configured)
    await serve()
  })
  after(() => lab?.close())

  const upstream = (isThere: boolean, vips: readonly string[] = both): Promise<void> =>
    lab.upstream(vips, isThere, daemon)
  const configuration = (): Promise<string> => lab.world.frr.show('bgpd', 'show running-config')
  const eventually = (what: string, fits: () => Promise<boolean>): Promise<unknown> =>
    waitFor(fits, { what, explain: () => daemon.explain() })
  async function serve(): Promise<void> {
    service = await lab.serve(daemon)
  }

  it('a route-map of ours that somebody edits is replaced by another', async () => {
    const name = mapName({ bgp: { med: 100 }, ospf: {} }, 65001)
    await lab.world.frr.configure('bgpd', `route-map ${name} permit 10`, 'set metric 7')
    await eventually('the statement has another map', async () =>
      new RegExp(`network ${vip4}/32 route-map ${name}-1`).test(await configuration()),
    )
    await eventually('MED 100 upstream', async () => {
      const [route] = await birdRoutes(lab.world.edge, hostRoute(vip4))
      return route?.attributes['BGP.med'] === '100'
    })
    await eventually('the edited map is gone', async () => !(await configuration()).includes(`route-map ${name} `))
  })

  it("an operator's own statement for the address is left alone and reported; with the service down it leaks until unbound", async () => {
    await lab.operator('address-family ipv4 unicast', `network ${vip4}/32`)
    const says = /`router bgp 65001` has a `network 203\.0\.113\.80\/32` that is not ours; remove it there, or/
    await lab.reason('router-conflict', daemon, { says })
    service.kill('SIGKILL')
    await lab.reason('leaked', daemon)
    await upstream(false)
    assert.deepEqual(await lab.host.addresses(), [`${vip6}/128`])
    assert.match(await configuration(), new RegExp(`network ${vip4}/32\n`))
    await lab.operator('address-family ipv4 unicast', `no network ${vip4}/32`)
    await serve()
  })

  it("an operator's `redistribute connected` with the service down is a leak, which unbinding ends for good", async () => {
    await lab.operator('address-family ipv4 unicast', 'redistribute connected')
    const since = daemon.log.length
    service.kill('SIGKILL')
    await lab.reason('leaked', daemon, { since })
    await upstream(false)
    await eventually(
      'only the other address is bound',
      async () => (await lab.host.addresses()).join() === `${vip6}/128`,
    )
    const unbound = '`redistribute connected` announced it while it was bound; it stays unbound'
    await eventually('it is told that it stays unbound', async () =>
      (await lab.host.status()).vips.some(({ addresses }) =>
        addresses.some(({ routes }) => routes.some(({ detail }) => detail?.startsWith(unbound) === true)),
      ),
    )
    await serve()
    await lab.operator('address-family ipv4 unicast', 'no redistribute connected')
    await lab.reason('announced', daemon)
  })

  it('a session that is down while the service is up is told', async () => {
    const neighbors = ['192.0.2.2', '2001:db8::3']
    await lab.operator(...neighbors.map((neighbor) => `neighbor ${neighbor} shutdown`))
    await lab.reason('no-session', daemon, {
      says: /: 192\.0\.2\.2 is idle, 192\.0\.2\.9 is \w+, 2001:db8::3 is idle$/,
    })
    await lab.operator(...neighbors.map((neighbor) => `no neighbor ${neighbor} shutdown`))
    await upstream(true)
    await lab.reason('announced', daemon)
  })

  it('eBGP without a policy advertises nothing, which is told', async () => {
    const core = 'neighbor 2001:db8::3'
    await lab.operator(
      'bgp ebgp-requires-policy',
      `${core} shutdown`,
      'address-family ipv4 unicast',
      'no neighbor 192.0.2.2 prefix-list keep-back out',
    )
    await lab.world.frr.show('bgpd', 'clear bgp 192.0.2.2 soft out')
    await lab.reason('not-advertised', daemon, { says: /: 203\.0\.113\.80\/32 is not sent to 192\.0\.2\.2$/ })
    await upstream(false, [vip4])
    await lab.operator(
      'no bgp ebgp-requires-policy',
      `no ${core} shutdown`,
      'address-family ipv4 unicast',
      'neighbor 192.0.2.2 prefix-list keep-back out',
    )
    await lab.world.frr.show('bgpd', 'clear bgp 192.0.2.2 soft out')
    await upstream(true)
  })

  it('a VIP of mode local that a `redistribute connected` announces is told of, and unbound', async () => {
    const farm = '203.0.113.200'
    await lab.host.configure(`${configured}  farm: {mode: local, addresses: [${farm}]}\n`)
    await lab.host.cli(['reload'])
    const ofFarm = (wanted: string): Promise<unknown> =>
      daemon.logged(`that farm is ${wanted}`, ({ vip, reason }) => vip === 'farm' && reason === wanted)
    await ofFarm('local-mode')
    await upstream(false, [farm])
    await lab.operator('address-family ipv4 unicast', 'redistribute connected')
    await ofFarm('leaked')
    await eventually('it is unbound', async () => !(await lab.host.addresses()).includes(`${farm}/32`))
    await upstream(false, [farm])
    await lab.operator('address-family ipv4 unicast', 'no redistribute connected')
  })
})
