import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { noSourceChanges } from '../../src/domain/source.js'
import { Random } from '../sim/random.js'
import { configOf, vipOf } from '../support/sample-config.js'
import { SourceWorld } from '../support/source-world.js'
import { waitFor } from '../support/wait.js'

/** Printed by a failure; `SOURCE_SEEDS=7,8` plays these instead. */
const seeds = process.env['SOURCE_SEEDS']?.split(',').map(Number) ?? [1, 2, 3, 4]
const steps = 30

const vips = ['203.0.113.10', '2001:db8:53::10']
const config = configOf([vipOf('host', vips, { unique: true, bind: 'announced', settle: 0 })], {
  source: { enabled: true, groups: [{ vip: 'host', interfaces: ['eth0', 'eth1'] }] },
})
const gateways = {
  ipv4: ['192.0.2.1', '192.0.2.17'],
  ipv6: ['2001:db8:0::1', '2001:db8:1::1'],
} as const
const destinations = {
  ipv4: ['default', '198.18.0.0/16', '198.51.100.0/24', '198.51.100.9'],
  ipv6: ['default', '2001:db8:9::/48'],
} as const

/**
 * What others and operators do, in any order, on a host with vipcast and on one of the same wiring without: in the end,
 * whatever ended the last life, both have the same routes. Others may change routes with a metric whenever they like;
 * around those of IPv4 without one they let the daemon come to rest, since it has no metric in front of theirs.
 */
describe('no order of events costs the host a route', { skip: process.env['LAB'] === 'none' && 'LAB=none' }, () => {
  let host: SourceWorld
  let model: SourceWorld
  before(async () => {
    ;[host, model] = await Promise.all([SourceWorld.open(), SourceWorld.open()])
  })
  after(() => Promise.all([host?.close(), model?.close()]))
  const twins: number[] = []

  for (const seed of seeds) {
    it(`with the seed ${seed}`, async () => {
      const story = new Story(new Random(seed), host, model)
      await story.begin()
      for (let step = 0; step < steps; step += 1) await story.step()
      await story.end()
      twins.push(story.twins)
    })
  }

  it('of which some were in use while things happened', () =>
    assert.ok(Math.max(...twins) > 2, `at most ${twins.join(', ')}`))
})

class Story {
  readonly told: string[] = []
  /** Most routes of ours that stood at a time. */
  twins = 0
  #isOn = true
  #running = false

  constructor(
    private readonly random: Random,
    private readonly host: SourceWorld,
    private readonly model: SourceWorld,
  ) {}

  /** A life over a few routes of each family. */
  async begin(): Promise<void> {
    // What a story that failed left.
    await this.host.kill()
    for (const world of [this.host, this.model]) await world.clear()
    this.host.session(true)
    for (const line of ['-4 route add default via 192.0.2.1', '-4 route add default via 192.0.2.17 metric 100'])
      await this.#both(`${line} proto static`)
    await this.#both('-6 route add 2001:db8:9::/48 proto static metric 100 via 2001:db8:0::1')
    await this.#start()
    await this.#rest()
  }

  async step(): Promise<void> {
    const kind = this.random.weighted({ route: 12, link: 2, vip: 2, operator: 3, session: 1, life: 2, rest: 6 })
    if (kind === 'route') await this.#route()
    else if (kind === 'link') await this.#link()
    else if (kind === 'vip') await this.#vip()
    else if (kind === 'operator') this.#operator()
    else if (kind === 'session') this.#session(this.random.chance(0.8))
    else if (kind === 'life') await this.#life()
    else await this.#rest()
  }

  async end(): Promise<void> {
    // A crash is followed by what cleans up behind it: a life that withdraws everything.
    const crashed = this.#running && this.random.chance(0.5)
    if (crashed) await this.host.kill()
    if (crashed || !this.#running) await this.host.start({ ...config, vips: [] })
    const left = await this.host.stop()
    assert.deepEqual(left, [], this.#story())
    assert.deepEqual(await this.host.routes('ours'), [], this.#story())
    assert.deepEqual(await this.host.routes('others'), await this.model.routes('others'), this.#story())
  }

  async #route(): Promise<void> {
    const { random } = this
    const family = random.pick(['ipv4', 'ipv6'] as const)
    const to = random.pick(destinations[family])
    const metric = random.pick(family === 'ipv4' ? [0, 32, 100, 101] : [100, 101, 1024])
    const hops = random.chance(0.2) ? gateways[family] : [random.pick(gateways[family])]
    const path = hops.length === 1 ? `via ${hops[0]}` : hops.map((hop) => `nexthop via ${hop}`).join(' ')
    const touchy = metric === 0
    const verb = random.weighted({
      add: 5,
      replace: touchy ? 0 : 3,
      append: family === 'ipv4' && !touchy ? 1 : 0,
      del: 4,
    })
    const version = family === 'ipv4' ? '-4' : '-6'
    const which = `${to} proto static${metric === 0 ? '' : ` metric ${metric}`}`
    const line = verb === 'del' ? `${version} route del ${which}` : `${version} route ${verb} ${which} ${path}`
    if (touchy) await this.#rest()
    await this.#both(line)
    if (touchy) await this.#rest()
  }

  async #link(): Promise<void> {
    const device = this.random.pick(['eth0', 'eth1', 'peer0', 'peer1'])
    await this.#both(`link set ${device} down`)
    if (this.random.chance(0.5)) await this.#rest()
    await this.#both(`link set ${device} up`)
    // IPv6 addresses go with the link, and their subnets' routes come back with them.
    if (device === 'eth0') await this.#both('-6 address replace 2001:db8:0::2/64 dev eth0 nodad')
    if (device === 'eth1') await this.#both('-6 address replace 2001:db8:1::2/64 dev eth1 nodad')
  }

  /** Somebody takes the VIP from the host. */
  async #vip(): Promise<void> {
    const vip = this.random.pick(vips)
    this.told.push(`address del ${vip}`)
    await this.host.try(`address del ${vip} dev lo`)
  }

  #operator(): void {
    if (!this.#running) return
    const { random } = this
    const { engine } = this.host
    const kind = random.pick(['switch', 'move', 'vip'] as const)
    this.told.push(`operator: ${kind}`)
    if (kind === 'vip') {
      this.#isOn = !this.#isOn
      engine.requests[this.#isOn ? 'enable' : 'disable'](['host'])
      for (const vip of vips) engine.touch(vip, engine.clock.now())
      return
    }
    const moved = new Map(random.chance(0.5) ? [['eth1', 'host'] as const] : [['eth0', null] as const])
    const off = new Set(random.some(['eth0', 'eth1'], 0.3))
    engine.sources.change(
      kind === 'move' ? { enabled: null, moved, off } : { ...noSourceChanges, enabled: random.chance(0.5) },
    )
  }

  #session(established: boolean): void {
    this.told.push(established ? 'session up' : 'session down')
    this.host.session(established)
  }

  async #life(): Promise<void> {
    if (this.#running) {
      this.told.push('crash')
      await this.host.kill()
      this.#running = false
      // Others go on meanwhile, or not.
      if (this.random.chance(0.5)) return
    }
    await this.#start()
  }

  async #start(): Promise<void> {
    this.told.push('start')
    await this.host.start(config)
    this.#running = true
  }

  /** The daemon has nothing left to do: two looks, a little apart, at the same routes of others change none of ours. */
  async #rest(): Promise<void> {
    if (!this.#running) return
    this.told.push('rest')
    const { engine } = this.host
    await waitFor(`it comes to rest: ${this.#story()}`, async () => {
      if (vips.some((vip) => ['leaving', 'pending'].includes(engine.sources.stateOf(vip)))) return false
      const before = await this.host.routes('ours')
      this.twins = Math.max(this.twins, before.length)
      await engine.sources.observer.look(new AbortController().signal)
      return JSON.stringify(before) === JSON.stringify(await this.host.routes('ours'))
    })
  }

  /** The host must say to it what the other says. */
  async #both(line: string): Promise<void> {
    this.told.push(line)
    const [said, meant] = await Promise.all([this.host.try(line), this.model.try(line)])
    assert.equal(said, meant, this.#story())
  }

  #story(): string {
    return this.told.join('\n')
  }
}
