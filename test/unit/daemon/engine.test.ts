import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import type { Config, VipConfig } from '../../../src/domain/config.js'
import { TargetError } from '../../../src/domain/target.js'
import { Host } from '../../support/daemon-world.js'
import { addr, checkOf, configOf, pool, routerOf, vipOf } from '../../support/sample-config.js'

const web = '203.0.113.80'
const route = `${web}/32`
const settle = 1_000

function webVip(over: Partial<VipConfig> = {}): VipConfig {
  return vipOf('web', [web], { settle, ...over })
}

function config(over: Partial<VipConfig> = {}, routers = ['r1']): Config {
  return configOf([webVip({ routers, ...over })], { routers: routers.map((name) => routerOf(name)) })
}

const checked = { checks: [checkOf({ name: 'service' })] }
const refusal = new TargetError('rejected', 'no')

let host: Host
beforeEach(() => {
  host = new Host()
})
afterEach(() => host.close())

const originated = (router = 'r1'): string[] => host.routers.get(router)?.originated() ?? []

describe('an address that the host had before', () => {
  it('is used where it is, and never removed', async () => {
    host.kernel.add(web, 'eth0')
    const daemon = await host.start(config())
    assert.equal(daemon.reason('web'), 'announced')
    assert.deepEqual(await daemon.stop(), [])
    assert.deepEqual(host.asked(), [])
    assert.deepEqual(host.kernel.held('eth0'), [web])
  })

  it('is never removed either, where a reload brings its VIP', async () => {
    host.kernel.add(web)
    const daemon = await host.start(configOf([]))
    await daemon.reconfigure(config())
    assert.deepEqual(originated(), [route])
    await daemon.reconfigure(configOf([]))
    await daemon.stop()
    assert.deepEqual(host.asked(), [])
    assert.deepEqual(host.kernel.held(), [web])
  })

  it('is never removed either, where it was added since the last look', async () => {
    const daemon = await host.start(configOf([]))
    host.kernel.add(web)
    await daemon.reconfigure(config())
    assert.deepEqual(originated(), [route])
    await daemon.reconfigure(configOf([]))
    await daemon.stop()
    assert.deepEqual(host.kernel.held(), [web])
  })

  it('is never removed either, where the reload brings its pool as well', async () => {
    host.kernel.add('198.51.100.7')
    const daemon = await host.start(configOf([]))
    const widened = { pools: [pool('198.51.100.0/24')] }
    await daemon.reconfigure(configOf([vipOf('other', ['198.51.100.7'])], widened))
    await daemon.reconfigure(configOf([], widened))
    await daemon.stop()
    assert.deepEqual(host.asked(), [])
  })

  it('is told from ours by its interface', async () => {
    const daemon = await host.start(config({ interface: 'eth0' }))
    host.kernel.add(web, 'lo')
    await host.clock.advance(1_000)
    await daemon.stop()
    assert.deepEqual(host.kernel.held('lo'), [web])
    assert.deepEqual(host.kernel.held('eth0'), [])
  })
})

describe('a stop', () => {
  it('whose time is just enough to withdraw still settles and unbinds', async () => {
    const daemon = await host.start(config({ settle: 4_000 }))
    assert.deepEqual(await daemon.stop(500), [])
    assert.deepEqual([originated(), host.kernel.held()], [[], []])
  })
})

describe('what is on its way', () => {
  it('is taken back by a stop', async () => {
    host.kernel.add(web)
    const daemon = await host.start(config(checked))
    daemon.checks.report('web/service', 'passing')
    await host.clock.settle()
    assert.deepEqual(await daemon.stop(), [])
    assert.deepEqual(host.asked('r1'), [`announce ${web}`, `withdraw ${web}`])
    assert.deepEqual(originated(), [])
  })

  it('is taken back by a stop when it is a binding', async () => {
    const daemon = await host.start(configOf([], { routers: [routerOf('r1')] }))
    await daemon.reconfigure(config(), 0)
    assert.deepEqual(await daemon.stop(), [])
    assert.deepEqual(host.asked(), [`bind ${web} lo`, `unbind ${web} lo`])
    assert.deepEqual([originated(), host.kernel.held()], [[], []])
  })

  it('holds the address: a route that is being announced is withdrawn and settles before the address goes', async () => {
    host.latency.set('r1', 100)
    const daemon = await host.start(config({ ...checked, bind: 'announced' }))
    await daemon.report('web/service', 'passing', 50)
    await daemon.report('web/service', 'failing', settle)
    assert.deepEqual(host.asked('r1'), [`announce ${web}`, `withdraw ${web}`])
    assert.deepEqual(host.kernel.held(), [web])
    await host.clock.advance(1_000)
    assert.deepEqual(host.kernel.held(), [])
  })

  it('keeps the route back: an address that is being removed is bound again before it is announced', async () => {
    const daemon = await host.start(config({ ...checked, bind: 'announced', holdDown: 0 }))
    await daemon.report('web/service', 'passing')
    await daemon.report('web/service', 'failing', 0)
    while (!host.asked().includes(`unbind ${web} lo`)) await host.clock.advance(1)
    daemon.checks.report('web/service', 'passing')
    while (!originated().includes(route)) {
      await host.clock.advance(1)
      if (originated().includes(route)) assert.deepEqual(host.kernel.held(), [web])
    }
  })
})

describe('an address that moves to another interface', () => {
  it('is never without one', async () => {
    const daemon = await host.start(config())
    await daemon.reconfigure(config({ interface: 'eth0' }))
    assert.deepEqual(host.asked(), [`bind ${web} lo`, `bind ${web} eth0`, `unbind ${web} lo`])
    assert.deepEqual([host.kernel.held('lo'), host.kernel.held('eth0')], [[], [web]])
    assert.deepEqual(host.asked('r1'), [`announce ${web}`])
  })

  it('stays where it is, and announced, when the other does not take it', async () => {
    const daemon = await host.start(config())
    await daemon.reconfigure(config({ interface: 'gone0' }), 60_000)
    assert.deepEqual(host.kernel.held('lo'), [web])
    assert.deepEqual(host.asked('r1'), [`announce ${web}`])
  })

  it('stays announced when the old one does not give it up', async () => {
    const daemon = await host.start(config())
    await daemon.reconfigure(config({ interface: 'eth0' }), 0)
    while (host.kernel.held('eth0').length === 0) await host.clock.advance(1)
    host.kernel.fail(web, refusal)
    await host.clock.advance(60_000)
    assert.deepEqual(host.kernel.held('lo'), [web])
    assert.deepEqual(host.asked('r1'), [`announce ${web}`])
    host.kernel.fail(web, undefined)
    await host.clock.advance(60_000)
    assert.deepEqual([host.kernel.held('lo'), host.kernel.held('eth0')], [[], [web]], 'and is not forgotten there')
  })
})

describe('what fails again and again', () => {
  it('is not tried more often because a look follows each failure', async () => {
    await host.start(config({ interface: 'gone0' }))
    await host.clock.advance(10_000)
    assert.ok(host.asked().length <= 3, `asked ${host.asked().length} times`)
  })

  it('is tried again by the next full look', async () => {
    host.kernel.fail(web, refusal)
    await host.start(config())
    host.kernel.fail(web, undefined)
    await host.clock.advance(31_000)
    assert.deepEqual(host.kernel.held(), [web])
  })

  it('at one router is not tried more often because it fails at another, too', async () => {
    for (const name of ['r1', 'r2']) host.router(name).refuse(addr(web), new TargetError('unreachable', 'down'))
    await host.start(config({}, ['r1', 'r2']))
    await host.clock.advance(10_000)
    for (const name of ['r1', 'r2']) assert.ok(host.asked(name).length <= 9, `${host.asked(name).length} times`)
  })

  it('leaves no word in the journal of a binding that was never made', async () => {
    host.kernel.fail(web, refusal)
    const daemon = await host.start(config())
    assert.deepEqual([...daemon.engine.journal.state.bindings], [])
  })

  it('leaves no word in the journal of a route that was never made', async () => {
    host.router('r1').refuse(addr(web), refusal)
    const daemon = await host.start(config())
    assert.deepEqual([...daemon.engine.journal.state.routes], [])
  })
})

describe('an error that is over', () => {
  it('is no longer the reason, once nothing is left to be done', async () => {
    const daemon = await host.start(config({ ...checked, holdDown: 0 }))
    await daemon.report('web/service', 'passing')
    host.routers.get('r1')?.refuse(addr(web), refusal)
    await daemon.report('web/service', 'failing')
    assert.equal(daemon.reason('web'), 'withdraw-failed')
    await daemon.report('web/service', 'passing')
    assert.equal(daemon.reason('web'), 'announced')
  })
})

describe('the settle time', () => {
  it('is kept when the router leaves the configuration with the VIP', async () => {
    const daemon = await host.start(config())
    await daemon.reconfigure(configOf([], { routers: [] }), settle / 2)
    assert.deepEqual(originated(), [])
    assert.ok(!daemon.engine.routers.has('r1'), 'the router is forgotten')
    host.kernel.add('203.0.113.99', 'eth0')
    await host.clock.advance(100)
    assert.deepEqual(host.kernel.held(), [web], 'and a look at the kernel does not end it')
    await host.clock.advance(settle)
    assert.deepEqual(host.kernel.held(), [])
  })

  it('is kept by the next life, whatever the last moment of the one before was', async () => {
    const daemon = await host.start(config())
    await daemon.reconfigure(configOf([], { routers: [routerOf('r1')] }), 5)
    assert.deepEqual(originated(), [])
    daemon.kill()
    const next = host.start(configOf([], { routers: [routerOf('r1')] }))
    await host.clock.advance(settle - 100)
    assert.deepEqual(host.kernel.held(), [web])
    await host.clock.advance(200)
    await next
    assert.deepEqual(host.kernel.held(), [])
  })
})

describe('a configuration with an address outside the pools', () => {
  const outside = configOf([vipOf('bad', ['192.0.2.80']), webVip()], { routers: [routerOf('r1'), routerOf('r2')] })

  it('is not started with, whoever let it pass', async () => {
    await assert.rejects(host.start(outside), /192\.0\.2\.80 of bad is outside the pools/)
    assert.deepEqual([host.asked(), host.asked('r1')], [[], []])
  })

  it('changes nothing on reload', async () => {
    const daemon = await host.start(config())
    const before = [host.asked(), host.asked('r1')]
    await assert.rejects(daemon.reconfigure(outside), /192\.0\.2\.80 of bad is outside the pools/)
    await host.clock.advance(60_000)
    assert.deepEqual([host.asked(), host.asked('r1')], before)
    assert.deepEqual([...daemon.engine.routers.keys()], ['r1'])
  })
})

describe('what the life before left', () => {
  it('is withdrawn, also where it is outside the pools of this life', async () => {
    const daemon = await host.start(config())
    daemon.kill()
    await host.start(configOf([], { pools: [pool('198.51.100.0/24')] }))
    await host.clock.advance(settle)
    assert.deepEqual([originated(), host.kernel.held()], [[], []])
  })

  it('does not hold down what an operator has enabled since', async () => {
    const daemon = await host.start(config({ ...checked, holdDown: 60_000 }))
    await daemon.report('web/service', 'passing')
    await daemon.report('web/service', 'failing')
    await daemon.operator.request({ kind: 'enable', vips: 'all' })
    daemon.kill()
    const next = await host.start(config({ ...checked, holdDown: 60_000 }))
    await next.report('web/service', 'passing')
    assert.equal(next.reason('web'), 'announced')
  })

  it('still counts for damping after an operator has enabled it', async () => {
    const daemon = await host.start(config({ ...checked, holdDown: 1_000 }))
    await daemon.report('web/service', 'passing')
    await daemon.report('web/service', 'failing')
    await daemon.operator.request({ kind: 'enable', vips: 'all' })
    daemon.kill()
    const next = await host.start(config({ ...checked, holdDown: 1_000 }))
    await next.report('web/service', 'passing')
    await next.report('web/service', 'failing')
    await next.report('web/service', 'passing', 2_000)
    assert.equal(next.reason('web'), 'damped')
  })
})

describe('the detail of check-failed', () => {
  it('names the failing checks that count, and no others', async () => {
    const daemon = await host.start(
      config({
        checks: [
          checkOf({ name: 'service' }),
          checkOf({ name: 'slow', impact: 'degrade' }),
          checkOf({ name: 'shown', impact: 'none' }),
        ],
      }),
    )
    for (const name of ['slow', 'shown', 'service']) await daemon.report(`web/${name}`, 'failing')
    assert.equal(daemon.reason('web'), 'check-failed')
    assert.equal(daemon.engine.board.at(web, 'r1')?.detail, 'service: it says fail')
    await daemon.stop()
  })
})
