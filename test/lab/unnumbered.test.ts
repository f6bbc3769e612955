import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { Frr } from '../../testnet/lab/frr.js'
import { startLab, type Lab } from '../../testnet/lab/lab.js'
import { waitFor } from '../../testnet/observe/wait.js'
import { topologyFile } from '../../testnet/story/play.js'
import { Host, type Daemon } from './support/host.js'

const web = { ipv4: '203.0.113.80', ipv6: '2001:db8:53::80' } as const
const other = '203.0.113.82'

const families = 'families: [ipv4, ipv6], connectRetry: 1s'
const byBgp = `pools: [203.0.113.0/24, "2001:db8:53::/48"]
routers:
  own:
    type: gobgp
    managed:
      asn: 65001
      routerId: ${web.ipv4}
      neighbors: [{interface: eth1, asn: 65000, ${families}}, {interface: eth2, asn: 65000, ${families}}]
vips:
  web: {addresses: [${web.ipv4}, "${web.ipv6}"]}
`
const byOspf = `pools: [203.0.113.0/24]
routers: {frr: {type: frr, ospf: {area: 0.0.0.0}}}
vips:
  web: {addresses: [${other}]}
`

describe('on links without addresses of their own', () => {
  let lab: Lab
  let daemon: Daemon
  let host1: Host
  before(async () => {
    lab = await startLab(topologyFile('unnumbered'))
    for (const name of ['router', 'host2']) await new Frr(lab.node(name)).ready()
    host1 = new Host(lab.node('host1'))
    const host2 = new Host(lab.node('host2'))
    await Promise.all([host1.startService(), host2.startService()])
    daemon = await host1.startDaemon(byBgp)
    await host2.startDaemon(byOspf)
  })
  after(() => lab?.stop())

  /** The next hops of a VIP in the router's kernel. */
  const routed = async (vip: string): Promise<string[]> => {
    const text = await lab.node('router').output(['ip', 'route', 'show', vip])
    return Array.from(text.matchAll(/via (?:inet6 )?(\S+ dev \S+)/g), ([, hop = '']) => hop).sort()
  }
  const goesTo = (vip: string, ...hops: string[]): Promise<unknown> =>
    waitFor(async () => (await routed(vip)).join() === hops.join(), {
      what: `${vip} goes to ${hops.join(' and ')}`,
      // A second attempt of gobgpd to connect takes some ten seconds.
      timeoutMs: 30_000,
      explain: () => `${lab.explain()}\n${daemon.explain()}`,
    })
  const answer = (vip: string): Promise<string> =>
    lab.node('client').output(['curl', '-gs', '--max-time', '5', `http://${vip}:8080/`])

  it('a host without an IPv4 address announces one by BGP, with its IPv6 addresses as next hops', async () => {
    await goesTo(web.ipv4, 'fe80::11 dev eth2', 'fe80::12 dev eth3')
    assert.equal(await answer(web.ipv4), 'host1\n')
    assert.equal(await answer(`[${web.ipv6}]`), 'host1\n')
    await daemon.logged('that it counts as announced', ({ address, reason }) => {
      return address === web.ipv4 && reason === 'announced'
    })
    assert.equal((await host1.cli(['status'])).code, 0)
  })

  it('that host is reached while a link is lost', async () => {
    await lab.link('router:eth2').down()
    await goesTo(web.ipv4, 'fe80::12 dev eth3')
    assert.equal(await answer(web.ipv4), 'host1\n')
  })

  it('a host whose links borrow the address of its loopback announces by OSPF, over either of them', async () => {
    await goesTo(other, '192.0.2.2 dev eth4', '192.0.2.2 dev eth5')
    assert.equal(await answer(other), 'host2\n')
    await lab.link('router:eth4').down()
    await goesTo(other, '192.0.2.2 dev eth5')
    assert.equal(await answer(other), 'host2\n')
  })
})
