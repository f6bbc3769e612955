import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import type { OverrideConfig } from '../../../src/domain/override-config.js'
import { TargetError } from '../../../src/domain/target.js'
import { Daemon, Host } from '../../support/daemon-world.js'
import { fromPeer } from '../../support/fake-surroundings.js'
import { checkOf, configOf, pool, vipOf } from '../../support/sample-config.js'

const shop = '192.0.2.10'
const network = '192.0.2.0/24'
const elsewhere = fromPeer('192.0.2.1', [65000, 65010], '198.51.100.1')

function configWith(over: Partial<OverrideConfig> = {}, addresses: readonly string[] = [shop]) {
  const override = {
    requireCovering: { kind: 'specific' },
    window: null,
    onFailure: 'latch',
    production: null,
    ...over,
  } as const
  const checks = [checkOf({ name: 'service', perAddress: addresses.length > 1 })]
  const vip = vipOf('shop', addresses, { mode: 'override', bind: 'announced', override, checks })
  return configOf([vip], { pools: [pool('192.0.2.0/24')] })
}

let host: Host
let daemon: Daemon
beforeEach(() => {
  host = new Host()
  host.router('r1').learn(network, elsewhere)
})
afterEach(() => {
  daemon.kill()
  host.close()
})

const start = async (over: Partial<OverrideConfig> = {}): Promise<void> => {
  daemon = await host.start(configWith(over))
  await daemon.report('shop/service', 'passing', 1_000)
}
const restart = async (over: Partial<OverrideConfig> = {}): Promise<void> => {
  daemon.kill()
  await start(over)
}
const routes = (): string[] => host.router('r1').originated()
const reason = (): string | undefined => daemon.reason('shop')
const learn = async (prefix: string, source: Parameters<ReturnType<Host['router']>['learn']>[1]): Promise<void> => {
  host.router('r1').learn(prefix, source)
  await host.clock.advance(3_000)
}

it('many overrides that fail at once are kept by one write', async () => {
  const one = configWith()
  const names = ['a', 'b', 'c']
  const vips = one.vips.flatMap((vip) =>
    names.map((name, at) => ({ ...vip, name, addresses: vipOf(name, [`192.0.2.${20 + at}`]).addresses })),
  )
  daemon = await host.start({ ...one, vips })
  for (const name of names) daemon.checks.report(`${name}/service`, 'passing')
  await host.clock.advance(1_000)
  assert.equal(routes().length, 3)
  const { overrides } = daemon.engine.requests
  const save = overrides.save.bind(overrides)
  let saves = 0
  overrides.save = () => {
    saves += 1
    save()
  }
  for (const name of names) daemon.checks.report(`${name}/service`, 'failing')
  await host.clock.advance(1_000)
  assert.deepEqual([routes(), saves], [[], 1])
})

describe('an override', () => {
  it('takes its address over while a covering route would carry the traffic again', async () => {
    await start()
    assert.deepEqual([reason(), routes(), host.kernel.held()], ['announced', [`${shop}/32`], [shop]])
  })

  it('is neither announced nor bound without one, and says what it needs', async () => {
    host.router('r1').learn(network, null)
    await start()
    assert.deepEqual([reason(), routes(), host.kernel.held()], ['no-covering-route', [], []])
    const detail = daemon.operator.snapshot().vip('shop')?.addresses[0]?.routes[0]?.detail ?? ''
    assert.match(detail, /not the default for 192\.0\.2\.10; none is known/)
  })

  it('is withdrawn when the covering route goes, and announced when it returns', async () => {
    await start()
    await learn(network, null)
    assert.deepEqual([reason(), routes(), host.kernel.held()], ['no-covering-route', [], []])
    await learn(network, elsewhere)
    assert.deepEqual([reason(), routes()], ['announced', [`${shop}/32`]])
  })

  it('is covered by a subnet of the host', async () => {
    host.router('r1').learn(network, null)
    host.kernel.learn(network, { kind: 'connected', interface: 'eth0' })
    await start()
    assert.equal(reason(), 'announced')
  })

  it('gives way to somebody else who announces the address, and takes it again a while after him', async () => {
    await start()
    await learn(`${shop}/32`, elsewhere)
    assert.deepEqual([reason(), routes()], ['address-conflict', []])
    await learn(`${shop}/32`, null)
    assert.equal(reason(), 'hold-down')
    await host.clock.advance(2_000)
    assert.deepEqual([reason(), routes()], ['announced', [`${shop}/32`]])
  })

  it('is not covered by what a router told that is gone', async () => {
    await start()
    host.router('r1').become('down')
    await host.clock.advance(1_000)
    host.router('r1').become('well')
    await host.clock.advance(5_000)
    assert.deepEqual([reason(), routes()], ['no-covering-route', []])
  })

  it('shows where the traffic would go, and where that was learned', async () => {
    await start()
    const [address] = daemon.operator.snapshot().vip('shop')?.addresses ?? []
    assert.deepEqual(address?.covering, [{ prefix: pool(network), source: elsewhere }])
  })
})

describe('an override that fails', () => {
  it('stays back when it is healthy again, until it is rearmed', async () => {
    await start()
    await daemon.report('shop/service', 'failing', 5_000)
    assert.deepEqual([reason(), routes(), host.kernel.held()], ['check-failed', [], []])
    await daemon.report('shop/service', 'passing', 60_000)
    assert.deepEqual([reason(), routes()], ['override-latched', []])
    assert.equal((await daemon.operator.request({ kind: 'rearm', vip: 'shop' })).kind, 'done')
    await host.clock.advance(1_000)
    assert.deepEqual([reason(), routes()], ['announced', [`${shop}/32`]])
  })

  it('returns by itself after its hold-down where it is to retry', async () => {
    await start({ onFailure: 'retry' })
    await daemon.report('shop/service', 'failing', 1_000)
    await daemon.report('shop/service', 'passing', 1_000)
    assert.equal(reason(), 'hold-down')
    await host.clock.advance(5_000)
    assert.equal(reason(), 'announced')
  })

  it('is latched in the next life too', async () => {
    await start()
    await daemon.report('shop/service', 'failing')
    await restart()
    assert.equal(reason(), 'override-latched')
  })

  it('takes all its addresses back when one fails', async () => {
    const both = configWith({}, [shop, '192.0.2.11'])
    daemon = await host.start(both)
    for (const text of [shop, '192.0.2.11']) await daemon.report(`shop/service@${text}`, 'passing', 1_000)
    assert.equal(routes().length, 2)
    await daemon.report(`shop/service@${shop}`, 'failing', 1_000)
    assert.deepEqual(routes(), [])
  })

  it('that was not announced is not latched', async () => {
    daemon = await host.start(configWith())
    await daemon.report('shop/service', 'failing', 1_000)
    await daemon.report('shop/service', 'passing', 1_000)
    assert.equal(reason(), 'announced')
  })
})

describe('the window of an override', () => {
  it('gives the address back when it is over, and begins anew when it is rearmed', async () => {
    await start({ window: 60_000 })
    await host.clock.advance(58_000)
    assert.equal(reason(), 'announced')
    await host.clock.advance(2_000)
    assert.deepEqual([reason(), routes()], ['override-expired', []])
    await daemon.operator.request({ kind: 'rearm', vip: 'shop' })
    await host.clock.advance(59_000)
    assert.equal(reason(), 'announced')
    await host.clock.advance(2_000)
    assert.equal(reason(), 'override-expired')
  })

  it('runs on while the daemon is away, and while the address is given back', async () => {
    await start({ window: 60_000 })
    await learn(network, null)
    daemon.kill()
    await host.clock.advance(50_000)
    host.router('r1').learn(network, elsewhere)
    await start({ window: 60_000 })
    assert.equal(reason(), 'announced')
    await host.clock.advance(10_000)
    assert.equal(reason(), 'override-expired')
  })

  it('begins anew when a running one is rearmed', async () => {
    await start({ window: 60_000 })
    await host.clock.advance(30_000)
    await daemon.operator.request({ kind: 'rearm', vip: 'shop' })
    await host.clock.advance(59_000)
    assert.equal(reason(), 'announced')
  })
})

describe('the state of overrides', () => {
  it('is not lost in silence when its file is damaged', async () => {
    await start()
    daemon.kill()
    writeFileSync(join(host.dir, 'state', 'overrides.json'), '{"format": 2}')
    assert.throws(() => new Daemon(host, configWith()), /overrides\.json was not written by this release/)
  })
})

it('a VIP of another mode is not rearmed, and the answer says what to do instead', async () => {
  daemon = await host.start(configOf([vipOf('web', ['203.0.113.80'])]))
  const answer = await daemon.operator.request({ kind: 'rearm', vip: 'web' })
  assert.ok(answer.kind === 'refused')
  assert.equal(answer.code, 'not-override')
})

describe("an override in production's own subnet", () => {
  const connected = { kind: 'connected', interface: 'eth0' } as const
  beforeEach(() => host.kernel.learn(network, connected))

  it('is bound once this host is silent to ARP about it, and the settings are put back after it', async () => {
    await start()
    assert.deepEqual([reason(), host.kernel.held(), host.arp.answering()], ['announced', [shop], []])
    assert.ok(
      host.arp.made.every((change) => change.endsWith('while')),
      'silent before it is bound',
    )
    await daemon.report('shop/service', 'failing', 5_000)
    assert.deepEqual([host.kernel.held(), host.arp.answering()], [[], ['eth0']])
  })

  it('stays silent while it is bound, also when the subnet goes', async () => {
    await start()
    host.kernel.learn(network, null)
    await host.clock.advance(3_000)
    assert.deepEqual([reason(), host.arp.answering()], ['announced', []])
  })

  it('is neither bound nor announced where this host can not be silent, and says why', async () => {
    host.arp.fail(new TargetError('unsupported', '/proc/sys is read-only here'))
    await start()
    assert.deepEqual([reason(), routes(), host.kernel.held()], ['bind-failed', [], []])
    assert.match(daemon.operator.snapshot().vip('shop')?.addresses[0]?.routes[0]?.detail ?? '', /read-only/)
  })
})

it('an override elsewhere changes no ARP setting', async () => {
  await start()
  assert.deepEqual([reason(), host.arp.made], ['announced', []])
})
