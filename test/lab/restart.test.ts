import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, describe, it } from 'node:test'
import type { Lab } from '../../testnet/lab/lab.js'
import type { NodeProcess } from '../../testnet/lab/process.js'
import { nextHopsOf } from '../../testnet/observe/routes.js'
import { waitFor } from '../../testnet/observe/wait.js'
import { captureBgp, type BgpCapture } from './support/bgp-capture.js'
import { edge, Host, web, type Daemon } from './support/host.js'
import { bothRouters, startSecondGobgpd } from './support/second-gobgpd.js'
import { startTwoHosts, vip4, vip6 } from './support/two-hosts.js'

const quick = 'holdDown: 0s, damping: false, settle: 50ms'
const both = [`${vip6}/128`, `${vip4}/32`]

describe('what an earlier life left', () => {
  let lab: Lab
  let host: Host
  let service: NodeProcess
  let wire: BgpCapture
  let daemon: Daemon
  before(async () => {
    lab = await startTwoHosts()
    host = new Host(lab.node('host1'))
    service = await host.startService()
  })
  after(() => lab?.stop())
  beforeEach(async () => {
    wire = await captureBgp(lab.node('router'), 'eth2')
  })
  afterEach(async () => {
    await daemon?.stop()
    await wire.stop()
  })

  const announced = (): Promise<unknown> =>
    waitFor(async () => (await nextHopsOf(lab.node('router'), vip4)) && nextHopsOf(lab.node('router'), vip6), {
      what: 'both are routes upstream',
      explain: () => daemon.explain(),
    })

  /** A life that announced, and was killed. */
  async function crashedLife(): Promise<void> {
    daemon = await host.startDaemon(web(quick))
    await announced()
    await daemon.crash()
    assert.deepEqual(await host.rib(), both, 'a crash leaves the routes')
    assert.deepEqual(await host.addresses(), both, 'and the addresses')
  }

  it('is adopted by the next without a word on the wire while the service is healthy', async () => {
    await crashedLife()
    const before = wire.updates.length
    daemon = await host.startDaemon()
    await daemon.logged('that it is kept', ({ reason }) => reason === 'kept')
    for (const vip of [vip4, vip6])
      await daemon.logged('that it is announced', ({ address, reason }) => address === vip && reason === 'announced')
    const [web] = (await host.status()).vips
    assert.deepEqual(
      web?.addresses.map(({ binding }) => binding),
      ['ours', 'ours'],
    )
    assert.deepEqual(wire.updates.slice(before), [])
  })

  it('is withdrawn by the next when the service died meanwhile', async () => {
    await crashedLife()
    service.kill('SIGKILL')
    daemon = await host.startDaemon()
    await waitFor(async () => (await host.rib()).length === 0, { what: 'withdrawn' })
    await daemon.logged('why', ({ reason, msg }) => reason === 'check-failed' && msg.includes('tcp'))
    service = await host.startService()
  })

  it('is withdrawn and unbound by the next when the configuration has it no more', async () => {
    await crashedLife()
    daemon = await host.startDaemon(`${edge}vips: {other: {addresses: [203.0.113.81]}}\n`)
    await waitFor(async () => (await host.addresses()).join() === '203.0.113.81/32', { what: 'unbound' })
    await waitFor(async () => (await host.rib()).join() === '203.0.113.81/32', { what: 'withdrawn' })
  })

  it('inside the pools is swept from the router; what is outside, or learned, stays', async () => {
    const learned = '203.0.113.99/32'
    await announceFromRouter(lab, learned)
    const outside = ['198.18.0.5/32', '203.0.113.128/25', '2001:db8:54::1/128']
    for (const prefix of [...outside, '203.0.113.77/32', '2001:db8:53::77/128'])
      await host.gobgp('global', 'rib', '-a', prefix.includes(':') ? 'ipv6' : 'ipv4', 'add', prefix)
    await waitFor(async () => (await host.rib()).includes(learned), { what: 'the route of the neighbor is learned' })
    daemon = await host.startDaemon(`${edge}vips: {}\n`)
    await waitFor(async () => !/203.0.113.77|53::77/.test((await host.rib()).join()), { what: 'leftovers are swept' })
    await daemon.stop()
    assert.deepEqual(await host.rib(), [...outside, learned].toSorted())
    for (const prefix of outside)
      await host.gobgp('global', 'rib', '-a', prefix.includes(':') ? 'ipv6' : 'ipv4', 'del', prefix)
  })

  it('in a router that the configuration has no more is withdrawn there, by the address that the journal kept', async () => {
    const second = await startSecondGobgpd(host.node)
    daemon = await host.startDaemon(`${bothRouters}vips: {web: {addresses: [${vip4}]}}\n`)
    await waitFor(async () => (await host.rib(50052)).length === 1, { what: 'announced at both' })
    await daemon.crash()
    daemon = await host.startDaemon(`${edge}vips: {web: {addresses: [${vip4}]}}\n`)
    await waitFor(async () => (await host.rib(50052)).length === 0, {
      what: 'withdrawn from the router that is configured no more',
      explain: () => daemon.explain(),
    })
    assert.deepEqual(await host.rib(), [`${vip4}/32`].concat(['203.0.113.99/32']))
    await second.stop()
  })
})

/** Lets BIRD announce a host route to the hosts. */
async function announceFromRouter(lab: Lab, prefix: string): Promise<void> {
  const router = lab.node('router')
  const bird = await router.readFile('/etc/bird/bird.conf')
  const source = `protocol static learned { ipv4; route ${prefix} blackhole; }\n`
  await router.writeFile(
    '/etc/bird/bird.conf',
    bird.replaceAll('export none', 'export where source = RTS_STATIC') + source,
  )
  await router.output(['birdc', 'configure'])
}
