import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import type { Config, VipConfig } from '../../../src/domain/config.js'
import { TargetError } from '../../../src/domain/target.js'
import { Host } from '../../support/daemon-world.js'
import { checkOf, configOf, pool, vipOf } from '../../support/sample-config.js'

const farm = '198.51.100.200'
const other = '198.51.100.201'
const pools = ['198.51.100.0/24', '2001:db8:53::/48'].map(pool)

function local(name: string, addresses: readonly string[], over: Partial<VipConfig> = {}): VipConfig {
  return vipOf(name, addresses, { mode: 'local', routers: [], ...over })
}

function config(...vips: VipConfig[]): Config {
  return configOf(vips, { routers: [], pools })
}

const readOnly = new TargetError('unsupported', '/proc/sys is read-only here')
const untouched = ['all', 'default', 'eth0'].flatMap((place) => [`${place}/arp_ignore=0`, `${place}/arp_announce=0`])

let host: Host
beforeEach(() => {
  host = new Host()
})
afterEach(() => host.close())

describe('a VIP of mode local', () => {
  it('is bound once the host is silent about it, and the settings are put back once it is unbound', async () => {
    const daemon = await host.start(config(local('farm', [farm])))
    assert.deepEqual(host.kernel.held(), [farm])
    assert.equal(daemon.reason('farm'), 'local-mode')
    const silence = ['default/arp_ignore=3', 'default/arp_announce=2', 'eth0/arp_ignore=3', 'eth0/arp_announce=2']
    assert.deepEqual(
      host.arp.made,
      silence.map((change) => `${change} while`),
    )
    assert.deepEqual(host.arp.answering(), [])
    assert.deepEqual(await daemon.stop(), [])
    assert.deepEqual(host.kernel.held(), [])
    assert.deepEqual(
      host.arp.made.slice(4).filter((change) => !change.endsWith('while')),
      [],
      'put back while bound',
    )
    assert.deepEqual(host.arp.all(), untouched)
  })

  it('stays bound whatever its checks say', async () => {
    const daemon = await host.start(config(local('farm', [farm], { checks: [checkOf({ name: 'service' })] })))
    assert.deepEqual(host.kernel.held(), [farm])
    await daemon.report('farm/service', 'failing')
    assert.deepEqual([host.kernel.held(), daemon.reason('farm')], [[farm], 'local-mode'])
    assert.equal(daemon.operator.snapshot().vip('farm')?.addresses[0]?.verdict, 'down')
  })

  it('is unbound while it is disabled, and after the time of its drain', async () => {
    const daemon = await host.start(config(local('farm', [farm], { drain: { time: 3_000, attributes: none } })))
    await daemon.operator.request({ kind: 'disable', vips: ['farm'] })
    await host.clock.advance(100)
    assert.deepEqual([host.kernel.held(), daemon.reason('farm')], [[], 'disabled'])
    assert.deepEqual(host.arp.all(), untouched)
    await daemon.operator.request({ kind: 'enable', vips: ['farm'] })
    await host.clock.advance(100)
    assert.deepEqual([host.kernel.held(), host.arp.answering()], [[farm], []])
    await daemon.operator.request({ kind: 'drain', vips: ['farm'], duration: null })
    await host.clock.advance(2_000)
    assert.deepEqual([host.kernel.held(), daemon.reason('farm')], [[farm], 'draining'])
    await host.clock.advance(2_000)
    assert.deepEqual([host.kernel.held(), daemon.reason('farm')], [[], 'drained'])
  })

  it('of IPv6 changes no setting', async () => {
    await host.start(config(local('farm', ['2001:db8:53::200'])))
    assert.deepEqual([host.kernel.held(), host.arp.made], [['2001:db8:53::200'], []])
  })

  it('is bound nowhere while the settings can not be changed, and once they can', async () => {
    host.arp.fail(readOnly)
    const daemon = await host.start(config(local('farm', [farm])))
    assert.deepEqual([host.kernel.held(), daemon.reason('farm')], [[], 'not-silent'])
    assert.match(daemon.operator.snapshot().vip('farm')?.addresses[0]?.because?.detail ?? '', /read-only/)
    host.arp.fail(undefined)
    await host.clock.advance(31_000)
    assert.deepEqual([host.kernel.held(), daemon.reason('farm')], [[farm], 'local-mode'])
  })

  it('is unbound when somebody makes silence impossible, and bound again when he ends that', async () => {
    const daemon = await host.start(config(local('farm', [farm])))
    host.arp.routesLocalnet(true)
    await host.clock.advance(31_000)
    assert.deepEqual([host.kernel.held(), daemon.reason('farm')], [[], 'not-silent'])
    assert.deepEqual(host.arp.all(), untouched)
    host.arp.routesLocalnet(false)
    await host.clock.advance(31_000)
    assert.deepEqual([host.kernel.held(), host.arp.answering()], [[farm], []])
  })

  it('is silent on an interface that comes later, which is as any other afterwards', async () => {
    const daemon = await host.start(config(local('farm', [farm])))
    host.arp.add('eth1')
    assert.deepEqual(host.arp.answering(), [])
    await host.clock.advance(31_000)
    host.arp.add('eth2')
    await daemon.stop()
    assert.deepEqual(host.arp.answering(), ['eth0', 'eth1', 'eth2'])
    assert.deepEqual(
      host.arp.all().filter((setting) => !setting.endsWith('=0')),
      [],
    )
  })

  it('is silent again where somebody made the host answer, and leaves him what he set', async () => {
    const daemon = await host.start(config(local('farm', [farm])))
    host.arp.set('eth0', 'arp_ignore', 4)
    await host.clock.advance(31_000)
    assert.deepEqual(host.arp.answering(), [])
    await daemon.stop()
    assert.equal(host.arp.get('eth0', 'arp_ignore'), 4)
  })

  it('leaves a stricter setting that it finds, and one that somebody makes stricter', async () => {
    host.arp.add('eth1')
    host.arp.set('eth1', 'arp_ignore', 8)
    const daemon = await host.start(config(local('farm', [farm])))
    assert.equal(host.arp.get('eth1', 'arp_ignore'), 8)
    host.arp.set('eth0', 'arp_ignore', 1)
    await host.clock.advance(31_000)
    await daemon.stop()
    assert.deepEqual([host.arp.get('eth0', 'arp_ignore'), host.arp.get('eth1', 'arp_ignore')], [1, 8])
  })

  it('keeps its silence through a crash, and the life after it puts back what was before both', async () => {
    host.arp.set('eth0', 'arp_announce', 1)
    const before = await host.start(config(local('farm', [farm])))
    before.kill()
    host.arp.add('eth1')
    assert.deepEqual(host.arp.answering(), [])
    const daemon = await host.start(config(local('farm', [farm])))
    assert.equal(daemon.reason('farm'), 'local-mode')
    await daemon.stop()
    assert.deepEqual(host.arp.answering(), ['eth0', 'eth1'])
    assert.equal(host.arp.get('eth0', 'arp_announce'), 1)
  })

  it('that the life before left is unbound and its silence ended by one that has no such VIP', async () => {
    const before = await host.start(config(local('farm', [farm])))
    before.kill()
    await host.start(config())
    assert.deepEqual([host.kernel.held(), host.arp.all()], [[], untouched])
  })

  it('leaves the silence to another one of its kind', async () => {
    const daemon = await host.start(config(local('farm', [farm]), local('shop', [other])))
    await daemon.reconfigure(config(local('shop', [other])))
    assert.deepEqual([host.kernel.held(), host.arp.answering()], [[other], []])
    await daemon.reconfigure(config())
    assert.deepEqual([host.kernel.held(), host.arp.all()], [[], untouched])
  })

  it('that was there before, and that neighbors get an answer for, is told of and left', async () => {
    host.kernel.add(farm)
    const daemon = await host.start(config(local('farm', [farm])))
    assert.equal(daemon.reason('farm'), 'not-silent')
    host.arp.set('all', 'arp_ignore', 1)
    host.arp.set('all', 'arp_announce', 2)
    await daemon.stop()
    assert.deepEqual(host.kernel.held(), [farm])
    const again = await host.start(config(local('farm', [farm])))
    assert.equal(again.reason('farm'), 'local-mode', 'arp_ignore 1 is silent about any address of lo')
  })
})

const none = { bgp: {}, ospf: {} }
