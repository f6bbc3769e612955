import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { Daemon, Host } from '../../support/daemon-world.js'
import { until } from '../../support/simulated-time.js'
import { checkOf, configOf, pool, vipOf } from '../../support/sample-config.js'

const web = '203.0.113.80'
const count = 1_600
const many = Array.from({ length: count }, (_, at) =>
  vipOf(`vip-${at}`, [`198.18.${Math.floor(at / 250)}.${(at % 250) + 1}`], { routers: ['r1'] }),
)
const config = configOf([...many, vipOf('web', [web], { checks: [checkOf({ name: 'service' })] })], {
  pools: [pool('198.18.0.0/15'), pool('203.0.113.0/24')],
})

let host: Host
beforeEach(() => {
  host = new Host()
})
afterEach(() => host.close())

/** What was asked of the router first, second and so on: the place of a change. */
const placeOf = (change: string): number => host.asked('r1').indexOf(change)

describe('with many VIPs', () => {
  it('a withdrawal waits for no more than the chunk that is being announced', async () => {
    const daemon = await host.start(configOf(config.vips.slice(-1), { pools: config.pools }))
    await daemon.report('web/service', 'passing')
    host.latency.set('r1', 200)
    await daemon.reconfigure(config, 0)
    while (host.asked('r1').length < 2) await host.clock.advance(10)
    const before = host.asked('r1').length
    assert.ok(before < count, 'announcements are still waiting')
    daemon.checks.report('web/service', 'failing')
    while (placeOf(`withdraw ${web}`) === -1) await host.clock.advance(10)
    const waited = placeOf(`withdraw ${web}`) - before
    assert.ok(waited <= 500, `${waited} announcements went first`)
    daemon.kill()
  })

  it('all are withdrawn, settled and unbound by a stop', async () => {
    const daemon = await host.start(config)
    await host.clock.advance(5_000)
    assert.equal(host.routers.get('r1')?.originated().length, count)
    assert.deepEqual(await daemon.stop(15_000), [])
    assert.deepEqual([host.routers.get('r1')?.originated(), host.kernel.held()], [[], []])
  })

  it('a killed life leaves nothing that the next one does not sweep', async () => {
    const daemon = new Daemon(host, config)
    await until(host.clock, daemon.start(), 10_000)
    while ((host.routers.get('r1')?.originated().length ?? 0) < 500) await host.clock.advance(1)
    daemon.kill()
    const next = await host.start(configOf([], { pools: config.pools }))
    await host.clock.advance(10_000)
    assert.deepEqual([host.routers.get('r1')?.originated(), host.kernel.held()], [[], []])
    next.kill()
  })
})
