import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import type { Config } from '../../src/domain/config.js'
import { noSourceChanges } from '../../src/domain/source.js'
import { configOf, vipOf } from '../support/sample-config.js'
import { SourceWorld } from '../support/source-world.js'
import { waitFor } from '../support/wait.js'

const [v4, v6] = ['203.0.113.10', '2001:db8:53::10']
const [far4, far6] = ['198.51.100.9', '2001:db8:9::9']

/** A VIP without checks, as the source of connections through these interfaces. */
function identity(interfaces: readonly string[], over: Partial<Config> = {}): Config {
  const vip = vipOf('host', [v4, v6], { unique: true, bind: 'announced', settle: 0 })
  return configOf([vip], { source: { enabled: true, groups: [{ vip: 'host', interfaces }] }, ...over })
}

describe('source addresses, on a real kernel,', { skip: process.env['LAB'] === 'none' && 'LAB=none' }, () => {
  let world: SourceWorld
  let original: string[]
  const ip = async (line: string): Promise<void> => void (await world.space.exec('ip', ...line.split(' ')))
  before(async () => {
    world = await SourceWorld.open()
    for (const route of [
      '-4 route add default via 192.0.2.1 proto static',
      '-4 route add 198.51.100.0/24 proto 12 metric 32 mtu lock 1400 nexthop via 192.0.2.1 weight 2 nexthop via 192.0.2.17',
      '-4 route add 192.0.2.1/32 dev eth0',
      '-6 route add default via 2001:db8:0::1 proto ra metric 1024',
      '-6 route add 2001:db8:9::/48 metric 100 nexthop via 2001:db8:0::1 nexthop via 2001:db8:1::1',
      '-6 route add 2001:db8:9::/48 metric 101 via 2001:db8:1::1',
      '-4 route add unreachable 198.18.0.0/16',
    ])
      await ip(route)
    original = await world.routes('others')
  })
  afterEach(async () => {
    await world.stop()
    world.session(true)
    assert.deepEqual(await world.routes('ours'), [])
    assert.deepEqual(await world.routes('others'), original)
  })
  after(() => world?.close())

  const used = async (): Promise<void> => {
    await world.leavesWith(far4, v4)
    await world.leavesWith(far6, v6)
  }
  const unused = async (): Promise<void> => {
    await world.leavesWith(far4, '192.0.2.2')
    await world.leavesWith(far6, '2001:db8::2')
  }

  it('leave with the VIP over routes of all kinds, IPv4 and IPv6, and the originals stand behind', async () => {
    await world.start(identity(['eth0', 'eth1']))
    await used()
    await world.leavesWith('203.0.113.200', v4)
    assert.deepEqual(await world.routes('others'), original)
    assert.deepEqual(await world.routes('ours'), [
      'default via 192.0.2.1 dev eth0 proto 194 src 203.0.113.10',
      '198.51.100.0/24 proto 194 src 203.0.113.10 metric 19 mtu lock 1400 \\\tnexthop via 192.0.2.1 dev eth0 weight 2 \\\tnexthop via 192.0.2.17 dev eth1 weight 1',
      '2001:db8:9::/48 proto 194 src 2001:db8:53::10 metric 87 pref medium\\\tnexthop via 2001:db8::1 dev eth0 weight 1 \\\tnexthop via 2001:db8:1::1 dev eth1 weight 1',
      '2001:db8:9::/48 via 2001:db8:1::1 dev eth1 proto 194 src 2001:db8:53::10 metric 88 pref medium',
      'default via 2001:db8::1 dev eth0 proto 194 src 2001:db8:53::10 metric 1011 pref medium',
    ])
  })

  it('keep their own to neighbors: on the link, and by a route of its own', async () => {
    await world.start(identity(['eth0', 'eth1']))
    await used()
    for (const near of ['192.0.2.1', '192.0.2.3']) assert.equal(await world.sourceTo(near), '192.0.2.2')
    assert.equal(await world.sourceTo('2001:db8::3'), '2001:db8::2')
  })

  it('keep their own while no session announces the VIP, and when it is lost', async () => {
    world.session(false)
    await world.start(identity(['eth0', 'eth1']))
    await waitFor('the VIP is in the router', () => world.router.originated().length === 2)
    await unused()
    world.session(true)
    await used()
    world.session(false)
    await unused()
  })

  it('go before the route of the VIP goes', async () => {
    const engine = await world.start(identity(['eth0', 'eth1']))
    await used()
    const wrong: string[] = []
    world.witness = async (changes) => {
      const ours = await world.routes('ours')
      for (const { address } of changes) wrong.push(...ours.filter((line) => line.includes(` src ${address.text} `)))
    }
    engine.requests.disable(['host'])
    for (const text of [v4, v6]) engine.touch(text, engine.clock.now())
    await waitFor('it is withdrawn', () => world.router.originated().length === 0)
    assert.deepEqual(wrong, [])
    await unused()
    engine.requests.enable(['host'])
  })

  it('follow routes that others add, change and remove later', async () => {
    await world.start(identity(['eth0', 'eth1']))
    await used()
    await ip('-4 route add 198.18.5.0/24 via 192.0.2.1 metric 5')
    await world.leavesWith('198.18.5.1', v4)
    await ip('-4 route replace 198.18.5.0/24 via 192.0.2.17 metric 5')
    await waitFor('it follows the new path', async () =>
      (await world.routes('ours')).some((line) => line.startsWith('198.18.5.0/24 via 192.0.2.17 dev eth1 proto 194')),
    )
    await ip('-4 route del 198.18.5.0/24 metric 5')
    await waitFor('it is gone', async () => !(await world.routes('ours')).some((line) => line.startsWith('198.18.5.0')))
  })

  it('can be taken from a route by whoever deletes it twice', async () => {
    await world.start(identity(['eth0', 'eth1']))
    await ip('-4 route add 198.18.5.0/24 via 192.0.2.1')
    await world.leavesWith('198.18.5.1', v4)
    await ip('-4 route del 198.18.5.0/24')
    await world.leavesWith('198.18.5.1', '192.0.2.2')
    await ip('-4 route del 198.18.5.0/24')
    assert.deepEqual(await world.routes('others'), original)
  })

  it('leave through an interface only while it is in the group', async () => {
    const engine = await world.start(identity(['eth0']))
    await world.leavesWith('203.0.113.200', v4)
    // Both paths must be in the group.
    await world.leavesWith(far4, '192.0.2.2')
    engine.sources.change({ ...noSourceChanges, moved: new Map([['eth1', 'host']]) })
    await used()
    engine.sources.change({ ...noSourceChanges, moved: new Map([['eth1', 'host']]), off: new Set(['eth0']) })
    await world.leavesWith('203.0.113.200', '192.0.2.2')
    engine.sources.change({ ...noSourceChanges, enabled: false })
    await unused()
    engine.sources.change(noSourceChanges)
    await world.leavesWith('203.0.113.200', v4)
  })

  it('are as before in a life that has no groups, after one that died', async () => {
    await world.start(identity(['eth0', 'eth1']))
    await used()
    await world.kill()
    await world.start(identity([], { source: { enabled: true, groups: [] } }))
    assert.deepEqual(await world.routes('ours'), [])
    await unused()
  })

  it('are as before when the lifetime of the VIP is over, with no process of ours left', async () => {
    const { vips, lifecycle, ...others } = identity(['eth0', 'eth1'])
    await world.start({
      ...others,
      routers: [{ type: 'kernel', name: 'any' }],
      vips: vips.map((vip) => ({ ...vip, routers: ['any'] })),
      lifecycle: { ...lifecycle, deadMan: 2_000 },
    })
    await used()
    await world.kill()
    await unused()
    assert.deepEqual(await world.routes('others'), original)
    // Of IPv6 the kernel takes the source alone; the next life takes the rest.
    for (const route of await world.routes('ours')) assert.doesNotMatch(route, / src /)
    await world.start({ ...others, lifecycle, vips: [] })
  })

  it('are as before when the VIP is lost, whoever takes it away', async () => {
    await world.start(identity(['eth0', 'eth1']))
    await used()
    await world.kill()
    await ip(`address del ${v4}/32 dev lo`)
    await ip(`-6 address del ${v6}/128 dev lo`)
    assert.deepEqual(await world.routes('others'), original)
    await unused()
    await world.start(identity(['eth0', 'eth1']))
    await used()
  })
})
