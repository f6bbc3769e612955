import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Lab } from '../../testnet/lab/lab.js'
import type { NodeProcess } from '../../testnet/lab/process.js'
import { birdRoutes, type BirdRoute } from '../../testnet/observe/bird.js'
import { hostRoute, nextHopsOf } from '../../testnet/observe/routes.js'
import { waitFor } from '../../testnet/observe/wait.js'
import { captureBgp, type BgpCapture, type WireUpdate } from './support/bgp-capture.js'
import { edge, Host, quickly, type Daemon } from './support/host.js'
import { host1 as at1, host2 as at2, sessionsOf, startTwoHosts } from './support/two-hosts.js'

const full = 'bgp: {med: 100, communities: ["65001:100", no-export], largeCommunities: ["65001:1:2"], prepend: 2}'

/** Nothing set, everything set, and one that changes while its second service is away. */
function external(med: number): string {
  return `${edge}vips:
  plain: {addresses: [203.0.113.1, "2001:db8:53::1"]}
  full: {addresses: [203.0.113.2, "2001:db8:53::2"], announce: {${full}}}
  changing:
    addresses: [203.0.113.3, "2001:db8:53::3"]
    checks:
      - {type: tcp, host: 127.0.0.1, port: 8080, ${quickly}, impact: degrade}
    announce: {bgp: {med: ${med}}}
    whenDegraded: {bgp: {med: 500, prepend: 1}}
`
}

const internal = `${edge}vips:
  plain: {addresses: [203.0.113.1, "2001:db8:53::1"]}
  preferred: {addresses: [203.0.113.2, "2001:db8:53::2"], announce: {bgp: {localPref: 200, communities: [graceful-shutdown]}}}
`

/** What an UPDATE says, without when and between whom. */
function said({ at: _at, from: _from, to: _to, ...rest }: WireUpdate): Omit<WireUpdate, 'at' | 'from' | 'to'> {
  return rest
}

/** The first announcement of an address that fits. */
function announced(
  capture: BgpCapture,
  address: string,
  fits: (update: WireUpdate) => boolean = () => true,
): Promise<WireUpdate> {
  return capture.waitForUpdate((update) => update.announced.includes(hostRoute(address)) && fits(update), {
    what: `the announcement of ${address}`,
  })
}

function withdrawals(capture: BgpCapture): string[] {
  return capture.updates.flatMap(({ withdrawn }) => withdrawn)
}

describe('attributes', () => {
  let lab: Lab
  let host1: Host
  let host2: Host
  before(async () => {
    lab = await startTwoHosts()
    host1 = new Host(lab.node('host1'))
    host2 = new Host(lab.node('host2'))
  })
  after(() => lab?.stop())

  async function inBird(address: string): Promise<BirdRoute> {
    const [route, ...others] = await waitFor(
      async () => {
        const routes = await birdRoutes(lab.node('router'), hostRoute(address))
        return routes.length > 0 && routes
      },
      { what: `${address} in BIRD` },
    )
    assert.ok(route)
    assert.deepEqual(others, [])
    return route
  }

  describe('over eBGP', () => {
    let capture: BgpCapture
    let daemon: Daemon
    let service: NodeProcess
    before(async () => {
      capture = await captureBgp(lab.node('router'), 'eth2')
      service = await host1.startService()
      daemon = await host1.startDaemon(external(100))
    })
    after(async () => {
      await daemon?.stop()
      await capture?.stop()
    })

    it('that are not set are not on the wire, LOCAL_PREF and MED among them', async () => {
      const { announced: prefixes, ...rest } = said(await announced(capture, '203.0.113.1'))
      assert.ok(prefixes.includes('203.0.113.1/32'))
      assert.deepEqual(rest, { withdrawn: [], nextHops: [at1.ipv4], origin: 'igp', asPath: [65001] })
      assert.deepEqual((await inBird('203.0.113.1')).nextHops, [at1.ipv4])
    })

    it('of IPv6 come in MP_REACH_NLRI with the global address of the host as next hop', async () => {
      const { nextHops, ...rest } = said(await announced(capture, '2001:db8:53::1'))
      assert.deepEqual(rest, { announced: ['2001:db8:53::1/128'], withdrawn: [], origin: 'igp', asPath: [65001] })
      assert.equal(nextHops[0], at1.ipv6)
    })

    it('that are set are on the wire: MED, prepended AS_PATH, communities, large communities', async () => {
      for (const address of ['203.0.113.2', '2001:db8:53::2']) {
        const { announced: prefixes, nextHops: _, ...rest } = said(await announced(capture, address))
        assert.deepEqual(prefixes, [hostRoute(address)])
        assert.deepEqual(rest, {
          withdrawn: [],
          origin: 'igp',
          asPath: [65001, 65001, 65001],
          med: 100,
          communities: ['65001:100', '65535:65281'],
          largeCommunities: ['65001:1:2'],
        })
      }
    })

    it('arrive in BIRD as they were sent', async () => {
      for (const address of ['203.0.113.2', '2001:db8:53::2']) {
        const { attributes } = await inBird(address)
        assert.equal(attributes['BGP.origin'], 'IGP')
        assert.equal(attributes['BGP.as_path'], '65001 65001 65001')
        assert.equal(attributes['BGP.med'], '100')
        assert.equal(attributes['BGP.community'], '(65001,100) (65535,65281)')
        assert.equal(attributes['BGP.large_community'], '(65001, 1, 2)')
      }
    })

    it('that change, by whenDegraded or by a reload, replace the route without a withdrawal', async () => {
      const addresses = ['203.0.113.3', '2001:db8:53::3']
      for (const address of addresses) await announced(capture, address, ({ med }) => med === 100)
      service.kill('SIGKILL')
      for (const address of addresses) {
        const { asPath } = await announced(capture, address, ({ med }) => med === 500)
        assert.deepEqual(asPath, [65001, 65001])
      }
      await host1.startService()
      await host1.configure(external(150))
      assert.equal((await host1.cli(['reload'])).code, 0)
      for (const address of addresses) {
        const { asPath } = await announced(capture, address, ({ med }) => med === 150)
        assert.deepEqual(asPath, [65001])
      }
      assert.deepEqual(withdrawals(capture), [])
    })
  })

  it('a next hop that the configuration names is sent unchanged, and the upstream kernel uses it', async () => {
    await host1.node.output(['ip', 'address', 'add', '2001:db8:1::77/64', 'dev', 'eth1'])
    const capture = await captureBgp(lab.node('router'), 'eth2')
    const named = edge.replace('50051"}', '50051", nextHop: {ipv6: "2001:db8:1::77"}}')
    const daemon = await host1.startDaemon(`${named}vips: {web: {addresses: ["2001:db8:53::9"]}}\n`)
    assert.equal((await announced(capture, '2001:db8:53::9')).nextHops[0], '2001:db8:1::77')
    await waitFor(async () => (await nextHopsOf(lab.node('router'), '2001:db8:53::9'))?.includes('2001:db8:1::77'), {
      what: 'the route upstream by that next hop',
    })
    await daemon.stop()
    await capture.stop()
  })

  describe('over iBGP', () => {
    let capture: BgpCapture
    let daemon: Daemon
    before(async () => {
      await joinRouter(lab, host2)
      capture = await captureBgp(lab.node('router'), 'eth3')
      daemon = await host2.startDaemon(internal)
    })
    after(async () => {
      await daemon?.stop()
      await capture?.stop()
    })

    it('have the LOCAL_PREF that is set', async () => {
      for (const address of ['203.0.113.2', '2001:db8:53::2']) {
        const { localPref, asPath, communities } = await announced(capture, address)
        assert.deepEqual({ localPref, asPath, communities }, { localPref: 200, asPath: [], communities: ['65535:0'] })
        assert.equal((await inBird(address)).attributes['BGP.local_pref'], '200')
        assert.match(
          await host2.gobgp('global', 'rib', hostRoute(address), '-a', address.includes(':') ? 'ipv6' : 'ipv4'),
          /LocalPref: 200/,
        )
      }
    })

    it('leave LOCAL_PREF to the routing daemon where it is not set, and never set it to 0', async () => {
      const { localPref, nextHops } = await announced(capture, '203.0.113.1')
      assert.deepEqual({ localPref, nextHops }, { localPref: 100, nextHops: [at2.ipv4] })
      assert.doesNotMatch(await host2.gobgp('global', 'rib', '203.0.113.1/32'), /LocalPref/i)
    })
  })
})

/** Makes the router and host2 neighbors in one AS. */
async function joinRouter(lab: Lab, host: Host): Promise<void> {
  const router = lab.node('router')
  const bird = await router.readFile('/etc/bird/bird.conf')
  await router.writeFile('/etc/bird/bird.conf', bird.replaceAll('as 65002', 'as 65000'))
  await router.output(['birdc', 'configure'])
  const gobgpd = await host.node.readFile('/etc/gobgpd.conf')
  await host.node.writeFile('/etc/gobgpd.conf', gobgpd.replace('as = 65002', 'as = 65000'))
  host.node.main?.kill('SIGKILL')
  await host.node.main?.exited
  await host.node.startMain()
  await sessionsOf(lab, 4)
}
