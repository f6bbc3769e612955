import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { ourProtocol, type KernelRoute } from '../../../src/domain/kernel-route.js'
import type { OperatorAnswer, OperatorRequest } from '../../../src/domain/snapshot.js'
import { TargetError } from '../../../src/domain/target.js'
import { Daemon, Host } from '../../support/daemon-world.js'
import { configOf, vipOf } from '../../support/sample-config.js'

const vip = '203.0.113.10'
const config = configOf(
  [
    vipOf('host', [vip], { unique: true }),
    vipOf('mail', ['203.0.113.25'], { unique: true }),
    vipOf('web', ['203.0.113.80']),
  ],
  { source: { enabled: true, groups: [{ vip: 'host', interfaces: ['eth0', 'eth1'] }] } },
)
const original: KernelRoute = {
  family: 'ipv4',
  destination: 'default',
  tos: '',
  metric: 100,
  protocol: 4,
  source: null,
  gateways: ['192.0.2.1'],
  interfaces: ['eth0'],
  path: 'via 192.0.2.1 dev eth0',
}

/** By which the neighbor of the router is reached. */
const connected: KernelRoute = { ...original, destination: '192.0.2.0/24', protocol: 2, gateways: [], path: 'dev eth0' }

let host: Host
let daemon: Daemon
beforeEach(async () => {
  host = new Host()
  host.sourceRoutes.routes.push(original, connected)
  daemon = await host.start(config)
  await host.clock.advance(5_000)
})
afterEach(() => {
  daemon.kill()
  host.close()
})

const twins = (): KernelRoute[] => host.sourceRoutes.routes.filter(({ protocol }) => protocol === ourProtocol)
const state = (): string | undefined => daemon.operator.snapshot().vip('host')?.addresses[0]?.source?.state

async function ask(request: OperatorRequest, ms = 500): Promise<OperatorAnswer> {
  const answer = await daemon.operator.request(request)
  await host.clock.advance(ms)
  return answer
}

describe('a VIP as the source of connections', () => {
  it('is one after it has been announced for as long as it settles', async () => {
    assert.deepEqual([state(), twins().map(({ source }) => source)], ['in-use', [vip]])
    await ask({ kind: 'disable', vips: ['host'] })
    assert.deepEqual([state(), twins()], ['not-announced', []])
    await ask({ kind: 'enable', vips: ['host'] })
    assert.equal(state(), 'pending')
    await host.clock.advance(1_000)
    assert.deepEqual([state(), twins().length], ['in-use', 1])
  })

  it('is none any more once it drains', async () => {
    await ask({ kind: 'drain', vips: ['host'], duration: null })
    assert.deepEqual([state(), twins(), daemon.reason('host')], ['draining', [], 'draining'])
  })

  it('is withdrawn also when the kernel refuses to change its routes, and that is told', async () => {
    host.sourceRoutes.refuse(new TargetError('busy', 'the routes are busy'))
    await ask({ kind: 'disable', vips: ['host'] })
    assert.deepEqual(host.routers.get('r1')?.originated().includes(`${vip}/32`), false)
    assert.ok(daemon.events.some(({ kind, text }) => kind === 'source' && text === 'the routes are busy'))
  })

  it('is withdrawn after a second when its routes do not go', async () => {
    let goOn = (): void => {}
    host.sourceRoutes.hang(new Promise((resolve) => (goOn = resolve)))
    const announced = (): boolean => host.router('r1').originated().includes(`${vip}/32`)
    await ask({ kind: 'disable', vips: ['host'] }, 900)
    assert.deepEqual([announced(), state()], [true, 'leaving'])
    await host.clock.advance(200)
    assert.equal(announced(), false)
    goOn()
    await host.clock.advance(200)
    assert.deepEqual(twins(), [])
  })

  it('waits for its own second alone, whoever waits already, and who is no source waits for none', async () => {
    await ask({ kind: 'source-add', vip: 'mail', interface: 'eth2' })
    let goOn = (): void => {}
    host.sourceRoutes.hang(new Promise((resolve) => (goOn = resolve)))
    const announced = (address: string): boolean => host.router('r1').originated().includes(`${address}/32`)
    await ask({ kind: 'disable', vips: ['host'] }, 600)
    await ask({ kind: 'disable', vips: ['mail'] }, 900)
    assert.deepEqual([announced(vip), announced('203.0.113.25')], [false, true])
    await host.clock.advance(200)
    assert.equal(announced('203.0.113.25'), false)
    await ask({ kind: 'disable', vips: ['web'] }, 10)
    assert.equal(announced('203.0.113.80'), false)
    goOn()
    await host.clock.advance(200)
    assert.deepEqual(twins(), [])
  })

  it('goes on after a crash without waiting, where the next life finds its routes', async () => {
    daemon.kill()
    daemon = new Daemon(host, config)
    const starting = daemon.start()
    await host.clock.advance(200)
    await starting
    assert.deepEqual([state(), twins().length], ['in-use', 1])
  })

  it('comes and goes with its group by a reload, and with its interfaces', async () => {
    const groups = (...interfaces: string[]): typeof config => ({
      ...config,
      source: { enabled: true, groups: interfaces.length === 0 ? [] : [{ vip: 'host', interfaces }] },
    })
    await daemon.reconfigure(groups())
    assert.deepEqual([state(), twins()], [undefined, []])
    await daemon.reconfigure(groups('eth0'))
    assert.deepEqual([state(), twins().length], ['in-use', 1])
    await daemon.reconfigure(groups('eth1'))
    assert.deepEqual([state(), twins()], ['in-use', []])
    await daemon.reconfigure({ ...groups('eth0'), vips: [] })
    assert.deepEqual(twins(), [])
  })

  it('leaves nothing behind when it stops', async () => {
    assert.deepEqual(await daemon.stop(), [])
    assert.deepEqual(host.sourceRoutes.routes, [original, connected])
  })
})

it('routes of others are not listed where there are no groups', async () => {
  const ungrouped = { ...config, source: { enabled: true, groups: [] } }
  await daemon.reconfigure(ungrouped)
  host.sourceRoutes.observe = () => Promise.reject(new TargetError('unsupported', 'the table is too large'))
  await host.clock.advance(120_000)
  assert.equal(daemon.operator.snapshot().sources.error, null)
  assert.deepEqual(await daemon.stop(), [])
  daemon = await host.start(ungrouped)
  assert.equal(daemon.operator.snapshot().sources.error, null)
})

it('what a life before left is removed also when the first look failed, and there are no groups', async () => {
  daemon.kill()
  const observeOurs = host.sourceRoutes.observeOurs.bind(host.sourceRoutes)
  host.sourceRoutes.observeOurs = () => Promise.reject(new TargetError('busy', 'the routes are busy'))
  daemon = await host.start({ ...config, source: { enabled: true, groups: [] } })
  await host.clock.advance(1_000)
  assert.equal(twins().length, 1)
  host.sourceRoutes.observeOurs = observeOurs
  await host.clock.advance(10_000)
  assert.deepEqual([twins(), daemon.operator.snapshot().sources.error], [[], null])
})

it('a route by which a routing neighbor is reached keeps its own', async () => {
  host.sourceRoutes.routes.splice(host.sourceRoutes.routes.indexOf(connected), 1)
  await ask({ kind: 'source-disable', interface: 'eth1' })
  assert.deepEqual(twins(), [])
  assert.match(daemon.operator.snapshot().sources.kept[0]?.why ?? '', /192\.0\.2\.1 is reached by it/)
})

describe('an operator changes source addresses', () => {
  const groups = (): string[] =>
    daemon.operator
      .snapshot()
      .sources.groups.flatMap(({ vip, interfaces }) =>
        interfaces.map(({ name, enabled }) => `${vip} ${name}${enabled ? '' : ' off'}`),
      )

  it('by interfaces that join and leave a group, and what he says twice he says once', async () => {
    for (let times = 0; times < 2; times += 1) {
      const answer = await ask({ kind: 'source-add', vip: 'mail', interface: 'eth2' })
      assert.deepEqual(answer, { kind: 'done', text: 'eth2 is in the group of mail.' })
    }
    await ask({ kind: 'source-remove', vip: 'host', interface: 'eth1' })
    assert.deepEqual(groups(), ['host eth0', 'mail eth2'])
    await ask({ kind: 'source-remove', vip: 'host', interface: 'eth0' })
    assert.deepEqual(twins(), [])
  })

  it('by a switch of an interface, and one of all', async () => {
    await ask({ kind: 'source-disable', interface: 'eth0' })
    assert.deepEqual([groups(), twins()], [['host eth0 off', 'host eth1'], []])
    await ask({ kind: 'source-enable', interface: 'eth0' })
    assert.equal(twins().length, 1)
    await ask({ kind: 'source-disable', interface: null })
    assert.deepEqual([state(), twins()], ['off', []])
  })

  it('for the lives to come', async () => {
    await ask({ kind: 'source-add', vip: 'host', interface: 'eth3' })
    await ask({ kind: 'source-disable', interface: 'eth0' })
    daemon.kill()
    daemon = await host.start(config)
    assert.deepEqual(groups(), ['host eth0 off', 'host eth1', 'host eth3'])
  })

  const refused: [OperatorRequest, string][] = [
    [{ kind: 'source-add', vip: 'nope', interface: 'eth3' }, 'unknown-vip'],
    [{ kind: 'source-add', vip: 'web', interface: 'eth3' }, 'not-unique'],
    [{ kind: 'source-add', vip: 'mail', interface: 'eth0' }, 'interface-taken'],
    [{ kind: 'source-add', vip: 'host', interface: 'lo' }, 'unknown-interface'],
    [{ kind: 'source-add', vip: 'host', interface: 'a b' }, 'unknown-interface'],
    [{ kind: 'source-disable', interface: 'eth9' }, 'unknown-interface'],
  ]
  for (const [request, code] of refused) {
    it(`but not ${JSON.stringify(request)}: ${code}`, async () => {
      const answer = await ask(request)
      assert.equal(answer.kind === 'refused' ? answer.code : answer.text, code)
      assert.deepEqual(groups(), ['host eth0', 'host eth1'])
    })
  }
})
