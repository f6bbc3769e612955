import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Lab } from '../../testnet/lab/lab.js'
import { birdRoutes } from '../../testnet/observe/bird.js'
import { nextHopsOf } from '../../testnet/observe/routes.js'
import { waitFor } from '../../testnet/observe/wait.js'
import { Daemon, edge, Host, quickly } from './support/host.js'
import { bothRouters, startSecondGobgpd } from './support/second-gobgpd.js'
import { host2 as at2, startTwoHosts, vip6 } from './support/two-hosts.js'

/** What keeps each VIP of host1 from being announced, and how that reads. */
const cases = [
  {
    vip: 'dead',
    because: 'its service is not there',
    reason: 'check-failed',
    words: /tcp: .*refused/,
    config: `addresses: [203.0.113.21], routers: [edge], checks: [{type: tcp, host: 127.0.0.1, port: 9, ${quickly}}]`,
  },
  {
    vip: 'homeless',
    because: 'its interface does not exist',
    reason: 'bind-failed',
    words: /nope0/,
    config: 'addresses: [203.0.113.22], routers: [edge], interface: nope0',
  },
  {
    vip: 'lonely',
    because: 'its router has no neighbor',
    reason: 'no-session',
    words: /no neighbor/,
    config: 'addresses: [203.0.113.23], routers: [second]',
  },
  {
    vip: 'filtered',
    because: 'a policy of the router rejects it',
    reason: 'not-advertised',
    words: /203\.0\.113\.24\/32 is not sent to 192\.0\.2\.0/,
    config: 'addresses: [203.0.113.24], routers: [edge]',
  },
] as const

describe('the reason why a VIP is not announced', () => {
  let lab: Lab
  let host: Host
  let daemon: Daemon
  before(async () => {
    lab = await startTwoHosts()
    host = new Host(lab.node('host1'))
    await startSecondGobgpd(host.node)
    await rejectExport(host, '203.0.113.24/32')
    const vips = cases.map(({ vip, config }) => `  ${vip}: {${config}}\n`).join('')
    daemon = await host.startDaemon(`lifecycle: {resync: 1s}\n${bothRouters}vips:\n${vips}`)
  })
  after(() => lab?.stop())

  for (const { vip, because, reason, words } of cases) {
    it(`is ${reason} where ${because}: the same in log, metric, API and explain`, async () => {
      const line = await daemon.logged(`${vip}: ${reason}`, (each) => each.vip === vip && each.reason === reason)
      assert.match(line.msg, words)
      assert.equal(line.level, 'warn')
      const metrics = await host.node.output(['curl', '-sf', 'http://127.0.0.1:9179/metrics'])
      const shown = metrics.split('\n').filter((each) => each.startsWith(`vipcast_vip_reason{vip="${vip}"`))
      assert.deepEqual(shown, [`vipcast_vip_reason{vip="${vip}",reason="${reason}"} 1`])
      const status = (await host.status()).vips.find(({ name }) => name === vip)
      assert.equal(status?.reason, reason)
      assert.deepEqual(
        status.addresses.flatMap(({ routes }) => routes.map((route) => route.reason)),
        [reason],
      )
      assert.equal(status.asWished, false)
      assert.match((await host.cli(['explain', vip])).stdout, new RegExp(reason))
    })
  }

  it('of one VIP leaves the routers without what must not be there', async () => {
    assert.deepEqual([await host.rib(), await host.rib(50052)], [['203.0.113.24/32'], ['203.0.113.23/32']])
    assert.deepEqual(await birdRoutes(lab.node('router'), '203.0.113.24/32'), [])
  })

  it('goes away with its cause: a policy that is removed', async () => {
    await host.gobgp('global', 'policy', 'export', 'del', 'reject-one')
    await host.gobgp('neighbor', '192.0.2.0', 'softresetout')
    await daemon.logged('filtered: announced', ({ vip, reason }) => vip === 'filtered' && reason === 'announced')
  })

  it('is no-next-hop for IPv6 over an IPv4 session, until nextHop.ipv6 is given', async () => {
    const host2 = new Host(lab.node('host2'))
    await carryIpv6OverIpv4(lab, host2)
    const vips = `vips: {web: {addresses: ["${vip6}"]}}\n`
    const other = await host2.startDaemon(`${edge}${vips}`)
    const line = await other.logged('no-next-hop', ({ reason }) => reason === 'no-next-hop')
    assert.match(line.msg, /192\.0\.2\.2/)
    assert.equal(await nextHopsOf(lab.node('router'), vip6), undefined)
    await other.stop()
    const given = await host2.startDaemon(
      `${edge.replace('50051"}', `50051", nextHop: {ipv6: "${at2.ipv6}"}}`)}${vips}`,
    )
    await given.logged('announced', ({ reason }) => reason === 'announced')
    await waitFor(async () => (await nextHopsOf(lab.node('router'), vip6))?.length === 1, {
      what: 'the route is in the upstream kernel',
      explain: () => lab.explain(),
    })
  })

  it('is no-session where the neighbor went down', async () => {
    const since = daemon.log.length
    await lab.node('router').output(['birdc', 'disable', '"host1*"'])
    await daemon.logged('filtered: no-session', (line) => {
      const isLater = daemon.log.indexOf(line) >= since
      return isLater && line.vip === 'filtered' && line.reason === 'no-session' && line.msg.includes('192.0.2.0 is ')
    })
  })
})

/** An operator's export policy that rejects one prefix. */
async function rejectExport(host: Host, prefix: string): Promise<void> {
  await host.gobgp('policy', 'prefix', 'add', 'one', prefix)
  await host.gobgp('policy', 'statement', 'add', 'reject')
  await host.gobgp('policy', 'statement', 'reject', 'add', 'condition', 'prefix', 'one')
  await host.gobgp('policy', 'statement', 'reject', 'add', 'action', 'reject')
  await host.gobgp('policy', 'add', 'reject-one', 'reject')
  await host.gobgp('global', 'policy', 'export', 'add', 'reject-one', 'default', 'accept')
}

/** One session of both families between the router and host2. */
async function carryIpv6OverIpv4(lab: Lab, { node, gobgpd }: Host): Promise<void> {
  const router = lab.node('router')
  const bird = await router.readFile('/etc/bird/bird.conf')
  const channel = '\n  ipv6 { import filter vips6; export none; };'
  await router.writeFile('/etc/bird/bird.conf', bird.replace(/(neighbor 192\.0\.2\.3 as 65002;)/, `$1${channel}`))
  await router.output(['birdc', 'configure'])
  const [head = '', ...neighbors] = (await node.readFile('/etc/gobgpd.conf')).split('[[neighbors]]')
  const family = '  [[neighbors.afi-safis]]\n    [neighbors.afi-safis.config]\n      afi-safi-name = "ipv6-unicast"\n'
  await node.writeFile('/etc/gobgpd.conf', `${head}[[neighbors]]${neighbors[0] ?? ''}${family}`)
  gobgpd.kill('SIGKILL')
  await gobgpd.exited
  await node.startMain()
}
