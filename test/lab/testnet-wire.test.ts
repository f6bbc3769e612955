import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Lab } from '../../testnet/lab/lab.js'
import { birdRoutes } from '../../testnet/observe/bird.js'
import { followRoutes } from '../../testnet/observe/route-events.js'
import { waitFor } from '../../testnet/observe/wait.js'
import { captureBgp } from './support/bgp-capture.js'
import { host1, startTwoHosts, vip4, vip6 } from './support/two-hosts.js'

describe('what a lab shows of BGP', () => {
  let lab: Lab
  before(async () => {
    lab = await startTwoHosts()
  })
  after(() => lab.stop())

  const rib = (...words: string[]): Promise<string> => lab.node('host1').output(['gobgp', 'global', 'rib', ...words])

  it('is every attribute of an announcement, the same on the wire as in BIRD', async () => {
    const capture = await captureBgp(lab.node('router'), 'eth2')
    const attributes = 'origin igp med 100 community 65001:100,no-export large-community 65001:1:2 aspath 65001,65001'
    await rib('add', `${vip4}/32`, ...attributes.split(' '))
    const update = await capture.waitForUpdate((each) => each.announced.includes(`${vip4}/32`), {
      what: 'the announcement',
    })
    const { at, ...said } = update
    assert.ok(at > 0)
    assert.deepEqual(said, {
      from: host1.ipv4,
      to: '192.0.2.0',
      announced: [`${vip4}/32`],
      withdrawn: [],
      nextHops: [host1.ipv4],
      origin: 'igp',
      asPath: [65001, 65001, 65001],
      med: 100,
      communities: ['65001:100', '65535:65281'],
      largeCommunities: ['65001:1:2'],
    })
    const routes = await waitFor(
      async () => {
        const found = await birdRoutes(lab.node('router'), `${vip4}/32`)
        return found.length > 0 && found
      },
      { what: 'the route in BIRD' },
    )
    assert.equal(routes.length, 1)
    assert.equal(routes[0]?.protocol, 'host1_v4')
    assert.deepEqual(routes[0].nextHops, [host1.ipv4])
    assert.equal(routes[0].attributes['BGP.as_path'], '65001 65001 65001')
    assert.equal(routes[0].attributes['BGP.large_community'], '(65001, 1, 2)')
    await capture.stop()
  })

  it('is IPv6 with its next hop, and the withdrawal before the route leaves the kernel', async () => {
    const capture = await captureBgp(lab.node('router'), 'eth2')
    const events = await followRoutes(lab.node('router'))
    await rib('-a', 'ipv6', 'add', `${vip6}/128`)
    const added = await capture.waitForUpdate((each) => each.announced.includes(`${vip6}/128`), {
      what: 'the announcement',
    })
    assert.equal(added.nextHops[0], host1.ipv6)
    await events.waitFor((event) => event.prefix === `${vip6}/128` && event.kind === 'set', { what: 'the route' })
    await rib('-a', 'ipv6', 'del', `${vip6}/128`)
    const removed = await capture.waitForUpdate((each) => each.withdrawn.includes(`${vip6}/128`), {
      what: 'the withdrawal',
    })
    assert.deepEqual(removed.announced, [])
    const gone = await events.waitFor((event) => event.prefix === `${vip6}/128` && event.kind === 'gone', {
      what: 'the route gone',
    })
    assert.ok(removed.at < gone.at, `withdrawn at ${removed.at}, gone at ${gone.at}`)
    await Promise.all([capture.stop(), events.stop()])
  })
})
