import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import type { Config, RouterConfig, VipConfig } from '../../../src/domain/config.js'
import { TargetError } from '../../../src/domain/target.js'
import { Host } from '../../support/daemon-world.js'
import { checkOf, configOf, routerOf, vipOf } from '../../support/sample-config.js'

const web = '203.0.113.80'
const six = '2001:db8:53::80'
const settle = 1_000
const deadMan = 15_000
const round = deadMan / 3

const any: RouterConfig = { type: 'kernel', name: 'any' }

function config(over: Partial<VipConfig> = {}, routers: readonly RouterConfig[] = [any]): Config {
  const names = routers.map(({ name }) => name)
  const vip = vipOf('web', [web], { settle, bind: 'announced', routers: names, holdDown: 0, damping: null, ...over })
  return configOf([vip], { routers })
}

const checked = { checks: [checkOf({ name: 'service' })] }
const both = [any, routerOf('r1')]
const refusal = new TargetError('rejected', 'no')

let host: Host
beforeEach(() => {
  host = new Host()
})
afterEach(() => host.close())

/** How often the kernel was asked so. */
const times = (what: string): number => host.asked().filter((asked) => asked.startsWith(what)).length
const refreshes = (): number => times('refresh')

describe('a VIP at a router of type kernel', () => {
  it('is bound once it is up and unbound in the moment that it is down, without settling', async () => {
    const daemon = await host.start(config(checked))
    assert.deepEqual(host.kernel.held(), [])
    assert.equal(daemon.reason('web'), 'unknown')
    await daemon.report('web/service', 'passing')
    assert.deepEqual(host.kernel.held(), [web])
    assert.equal(daemon.reason('web'), 'announced')
    await daemon.report('web/service', 'failing')
    assert.deepEqual(host.kernel.held(), [])
    assert.equal(daemon.reason('web'), 'check-failed')
  })

  it('stays bound through a restart until its checks have a verdict', async () => {
    const before = await host.start(config(checked))
    await before.report('web/service', 'passing')
    before.kill()
    const daemon = await host.start(config(checked))
    assert.equal(daemon.reason('web'), 'kept')
    await daemon.report('web/service', 'failing')
    assert.deepEqual(host.kernel.held(), [])
    assert.equal(times('bind'), 1)
    assert.equal(times('unbind'), 1)
  })

  it('is withdrawn elsewhere before it is unbound, and does not settle when its service is down', async () => {
    host.latency.set('r1', 20)
    const daemon = await host.start(config(checked, both))
    await daemon.report('web/service', 'passing', 500)
    assert.equal(daemon.reason('web'), 'announced')
    daemon.checks.report('web/service', 'failing')
    await host.clock.advance(35)
    assert.deepEqual(host.kernel.held(), [web], 'r1 has not acknowledged it')
    await host.clock.advance(100)
    assert.deepEqual(host.kernel.held(), [])
  })

  it('is unbound all the same where another router refuses to withdraw it', async () => {
    const daemon = await host.start(config(checked, both))
    await daemon.report('web/service', 'passing', 500)
    host.router('r1').become('frozen')
    await daemon.report('web/service', 'failing', 3_000)
    assert.deepEqual(host.kernel.held(), [])
    assert.equal(daemon.reason('web'), 'withdraw-failed')
  })

  it('settles where a service that is up is withdrawn elsewhere as well', async () => {
    const daemon = await host.start(config({}, both))
    daemon.engine.reconfigure(configOf([], { routers: both }), new AbortController().signal)
    await host.clock.advance(settle - 100)
    assert.deepEqual(host.kernel.held(), [web])
    await host.clock.advance(200)
    assert.deepEqual(host.kernel.held(), [])
  })
})

describe('the lifetime of an address', () => {
  it('is extended three times within the bound, all addresses at once, and none is lost', async () => {
    const daemon = await host.start(config({ addresses: config().vips[0]?.addresses ?? [] }))
    await host.clock.advance(10 * deadMan)
    assert.deepEqual(host.kernel.held(), [web])
    assert.ok(Math.abs(refreshes() - 30) <= 1, `${refreshes()} refreshes`)
    assert.deepEqual(
      daemon.events.filter(({ kind }) => kind === 'binding'),
      [],
    )
  })

  it('is over within the bound when nobody extends it', async () => {
    const daemon = await host.start(config())
    daemon.kill()
    await host.clock.advance(deadMan)
    assert.deepEqual(host.kernel.held(), [])
  })

  it('is none where no router follows the address, nor on an address that was there before', async () => {
    host.kernel.add(six)
    const found = vipOf('found', [six], { routers: ['any'], bind: 'announced' })
    const edge = vipOf('edge', [web], { routers: ['r1'] })
    await host.start(configOf([found, edge], { routers: both }))
    await host.clock.advance(3 * deadMan)
    assert.equal(refreshes(), 0)
    assert.deepEqual(host.kernel.held().toSorted(), [six, web])
  })

  it('comes and goes with a router of type kernel, and the address stays', async () => {
    const daemon = await host.start(config({ bind: 'always' }, [routerOf('r1')]))
    await daemon.reconfigure(config({}, both))
    assert.equal(refreshes(), 1)
    await daemon.reconfigure(config({ bind: 'always' }, [routerOf('r1')]))
    daemon.kill()
    await host.clock.advance(2 * deadMan)
    assert.deepEqual(host.kernel.held(), [web])
    assert.equal(times('bind'), 1)
  })

  it('is extended at once by the life that follows, which can not know what is left of it', async () => {
    const before = await host.start(config())
    await host.clock.advance(round - 1_500)
    before.kill()
    await host.clock.advance(9_000)
    await host.start(config())
    await host.clock.advance(round)
    assert.deepEqual(host.kernel.held(), [web])
    assert.equal(times('bind'), 1)
  })

  it('that can not be extended is told once, and the route with it is left alone', async () => {
    const daemon = await host.start(config({}, both))
    host.kernel.fail(web, refusal)
    await host.clock.advance(2 * round + 1_000)
    const told = daemon.events.filter(({ kind }) => kind === 'binding').map(({ text }) => text)
    assert.deepEqual(told, ['no'])
    assert.equal(daemon.reason('web'), 'announced')
    assert.equal(daemon.operator.snapshot().vip('web')?.addresses[0]?.bindError, 'no')
    host.kernel.fail(web, undefined)
    await host.clock.advance(3 * deadMan)
    assert.equal(daemon.operator.snapshot().vip('web')?.addresses[0]?.bindError, null)
    assert.deepEqual(host.kernel.held(), [web])
  })

  it('that ran out is given again with the address', async () => {
    const daemon = await host.start(config())
    host.kernel.fail(web, refusal)
    await host.clock.advance(2 * deadMan)
    assert.deepEqual(host.kernel.held(), [])
    host.kernel.fail(web, undefined)
    await host.clock.advance(deadMan + 60_000)
    assert.deepEqual(host.kernel.held(), [web])
    assert.equal(daemon.reason('web'), 'announced')
  })

  it('is taken off before an end that leaves everything', async () => {
    const daemon = await host.start(config())
    const left = daemon.engine.kernel.refresher.leaveAll(1_000, new AbortController().signal)
    await host.clock.advance(100)
    await left
    daemon.kill()
    await host.clock.advance(2 * deadMan)
    assert.deepEqual(host.kernel.held(), [web])
  })
})
