import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import type { Config, VipConfig } from '../../../src/domain/config.js'
import { Host } from '../../support/daemon-world.js'
import { checkOf, configOf, routerOf, vipOf } from '../../support/sample-config.js'

const web = '203.0.113.80'
const route = `${web}/32`

function webVip(over: Partial<VipConfig> = {}): VipConfig {
  return vipOf('web', [web], over)
}

function config(over: Partial<VipConfig> = {}, routers = ['r1']): Config {
  return configOf([webVip({ routers, ...over })], { routers: routers.map((name) => routerOf(name)) })
}

const checked = { checks: [checkOf({ name: 'service' })] }

let host: Host
beforeEach(() => {
  host = new Host()
})
afterEach(() => host.close())

const originated = (router = 'r1'): string[] => host.routers.get(router)?.originated() ?? []

describe('two daemons that disagree', () => {
  const attempts = 40

  it('do not fight over a route: who deletes it in a loop has it back every ten seconds', async () => {
    await host.start(config())
    for (let at = 0; at < attempts; at += 1) {
      host.routers.get('r1')?.lose(route)
      // Something else happens as well, and has the router and the address looked at.
      host.routers.get('r1')?.add('203.0.113.99/32')
      await host.clock.advance(500)
    }
    const announced = host.asked('r1').filter((text) => text === `announce ${web}`).length
    assert.ok(announced <= 9, `announced ${announced} times in 20 s`)
    await host.clock.advance(20_000)
    assert.ok(originated().includes(route))
  })

  it('do not fight over a route that must not be there: who adds it in a loop loses it every ten seconds', async () => {
    await host.start(config({ checks: [checkOf({ name: 'service' })] }))
    for (let at = 0; at < attempts; at += 1) {
      host.routers.get('r1')?.add(route)
      await host.clock.advance(500)
    }
    const withdrawn = host.asked('r1').filter((text) => text === `withdraw ${web}`).length
    assert.ok(withdrawn <= 9, `withdrawn ${withdrawn} times in 20 s`)
    await host.clock.advance(20_000)
    assert.deepEqual(originated(), [])
  })

  it('do not fight over an address; while it is away for longer, its route is withdrawn', async () => {
    const daemon = await host.start(config())
    for (let at = 0; at < attempts; at += 1) {
      host.kernel.lose(web)
      host.kernel.add(`203.0.113.${100 + at}`, 'eth0')
      await host.clock.advance(500)
    }
    const bound = host.asked().length
    assert.ok(bound <= 9, `bound ${bound} times in 20 s`)
    host.kernel.lose(web)
    await host.clock.advance(500)
    assert.deepEqual(originated(), [])
    assert.equal(daemon.reason('web'), 'vip-unbound')
    await host.clock.advance(20_000)
    assert.deepEqual([host.kernel.held(), originated()], [[web], [route]])
    assert.equal(daemon.reason('web'), 'announced')
  })

  it('are no reason to wait with a withdrawal by health', async () => {
    const daemon = await host.start(config(checked))
    await daemon.report('web/service', 'passing')
    for (let at = 0; at < 6; at += 1) {
      host.routers.get('r1')?.lose(route)
      await host.clock.advance(100)
    }
    host.routers.get('r1')?.add(route)
    await host.clock.advance(100)
    await daemon.report('web/service', 'failing', 2)
    assert.deepEqual(originated(), [])
  })
})

describe('a daemon that has stopped', () => {
  it('leaves no timer behind', async () => {
    const daemon = await host.start(config(checked))
    await daemon.report('web/service', 'passing')
    for (let at = 0; at < 8; at += 1) {
      host.routers.get('r1')?.lose(route)
      host.kernel.lose(web)
      await host.clock.advance(100)
    }
    await daemon.report('web/service', 'failing')
    await daemon.stop()
    assert.equal(host.clock.pending, 0)
  })
})
