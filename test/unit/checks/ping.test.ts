import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import type { Prober, ProbeTools } from '../../../src/checks/probe.js'
import type { ProbeTiming } from '../../../src/checks/probe.js'
import { Attempt } from '../../../src/checks/attempt.js'
import { createFakeClock, type FakeClock } from '../../support/fake-clock.js'
import { fakeFpingRunner, type FakeFping } from '../../support/fake-fping.js'
import { waitFor } from '../../support/wait.js'
import { lookupOf, proberOf, probeTools } from '../../support/probing.js'

const host = '192.0.2.2'
const heartbeat = '127.0.0.1'

/** Checks of type ping around a fake fping, in time that stands still. */
class World {
  readonly clock: FakeClock = createFakeClock()
  readonly runner = fakeFpingRunner()
  readonly #names: Record<string, string> = { here: '192.0.2.7' }
  readonly #tools: ProbeTools = probeTools({ clock: this.clock, runner: this.runner, lookup: lookupOf(this.#names) })

  /** In the default rhythm: probes every second, or 250 ms, that may take 500. */
  check(target = host, timing: Partial<ProbeTiming> = {}): Prober {
    return proberOf({ type: 'ping', host: target }, this.#tools, timing)
  }

  /** The last one that was started. */
  get fping(): FakeFping {
    return this.runner.started.at(-1)!
  }

  /** A check whose fping was started and has spoken. */
  async checking(target = host, timing: Partial<ProbeTiming> = {}): Promise<Prober> {
    const prober = this.check(target, timing)
    await this.clock.advance(20)
    this.fping.reply(heartbeat, 0)
    await this.clock.settle()
    return prober
  }

  /** What a probe says; in its time `happens` happens. */
  async probe(prober: Prober, happens: () => void = () => {}, timeout = 500): Promise<string> {
    let said = 'nothing'
    const attempt = new Attempt(prober, timeout, this.clock, ({ outcome, detail }) => (said = `${outcome}: ${detail}`))
    void attempt.run()
    await this.clock.settle()
    happens()
    await this.clock.settle()
    if (said === 'nothing') await this.clock.advance(timeout)
    return said
  }
}

/** Words of a command line, as in `-p 250`. */
const option = ({ args }: FakeFping, name: string): string | undefined => args[args.indexOf(name) + 1]
const hosts = ({ args }: FakeFping): string[] => args.slice(args.indexOf('-t') + 2)

describe('a ping check', () => {
  it('passes on the reply that is there, as long as it is no older than one turn of fping', async () => {
    const world = new World()
    const prober = await world.checking()
    world.fping.reply(host, 0, 0.57)
    await world.clock.advance(250)
    assert.equal(await world.probe(prober), 'pass: reply in 0.57 ms')
    await world.clock.advance(1)
    const alive = (): void => world.fping.reply(heartbeat, 1)
    assert.equal(await world.probe(prober, alive), 'fail: no reply within 500 ms')
  })

  it('else waits for the next', async () => {
    const world = new World()
    const prober = await world.checking()
    assert.equal(await world.probe(prober, () => world.fping.reply(host, 1)), 'pass: reply in 0.5 ms')
  })

  it('takes no duplicate for another reply', async () => {
    const world = new World()
    const prober = await world.checking()
    world.fping.reply(host, 7)
    await world.clock.advance(200)
    world.fping.reply(host, 7)
    await world.clock.advance(51)
    const alive = (): void => world.fping.reply(heartbeat, 1)
    assert.equal(await world.probe(prober, alive), 'fail: no reply within 500 ms')
  })

  it('passes at every probe when turns take longer than its fastInterval and its timeout', async () => {
    const world = new World()
    const prober = world.check(host, { fastInterval: 100, timeout: 100 })
    for (let n = 0; n < 999; n += 1) world.check(`198.18.${n >> 8}.${n & 255}`)
    await world.clock.advance(20)
    for (let turn = 0; turn < 3; turn += 1) {
      world.fping.reply(host, turn)
      for (let probe = 0; probe < 10; probe += 1) {
        await world.clock.advance(100)
        assert.equal(await world.probe(prober, () => {}, 100), 'pass: reply in 0.5 ms')
      }
    }
  })

  it('tells a reply that came too late, and what came instead of one', async () => {
    const world = new World()
    const prober = await world.checking()
    const late = (): void => world.fping.reply(host, 0, 812)
    assert.equal(await world.probe(prober, late), 'fail: a reply after 812 ms, and none within 500 ms')
    const refused = (): void => world.fping.says(`ICMP Host Unreachable from 192.0.2.1 for ICMP Echo sent to ${host}`)
    assert.equal(
      await world.probe(prober, refused),
      'fail: 192.0.2.1 said Host Unreachable, and no reply within 500 ms',
    )
    const other = (): void => world.fping.says(` [<- 192.0.2.3]${host} : [3], 64 bytes, 1 ms (1 avg, 0% loss)`)
    assert.equal(await world.probe(prober, other), 'fail: 192.0.2.3 replied in its place, and no reply within 500 ms')
  })

  it('concludes nothing when fping says nothing of any host, and has it replaced', async () => {
    const world = new World()
    const prober = await world.checking()
    await world.clock.advance(1000)
    assert.equal(await world.probe(prober), 'unknown: fping hangs')
    assert.equal(world.runner.started.length, 2)
    world.fping.reply(heartbeat, 0)
    await world.clock.settle()
    assert.equal(world.runner.started[0]!.runs, false)
    assert.equal(await world.probe(prober, () => world.fping.reply(host, 0)), 'pass: reply in 0.5 ms')
  })

  it('follows a name to its address, and needs no fping before it is known', async () => {
    const world = new World()
    const prober = world.check('here')
    await world.clock.advance(100)
    assert.equal(world.runner.started.length, 0)
    assert.equal(await world.probe(prober), 'unknown: fping was just started')
    assert.deepEqual(hosts(world.fping), [heartbeat, '192.0.2.7'])
    assert.equal(await world.probe(world.check('gone')), 'fail: name not found')
  })
})

describe('the fping of all ping checks', () => {
  it('is one, as often as the check that asks most often, and waits longer than the check that waits longest', async () => {
    const world = new World()
    world.check(host, { fastInterval: 100, timeout: 300 })
    world.check('2001:DB8::2', { timeout: 800 })
    world.check(host)
    await world.clock.advance(20)
    assert.equal(world.runner.started.length, 1)
    assert.deepEqual(hosts(world.fping), [heartbeat, host, '2001:db8::2'])
    assert.deepEqual([option(world.fping, '-p'), option(world.fping, '-t')], ['100', '1600'])
  })

  it('asks for nothing that fping lets only root do, nor for more than it can send', async () => {
    const world = new World()
    const one = world.check(host, { fastInterval: 1, timeout: 10 })
    await world.clock.advance(20)
    assert.deepEqual([option(world.fping, '-p'), option(world.fping, '-t')], ['10', '50'])
    one.close()
    for (let n = 0; n < 400; n += 1) world.check(`198.18.${n >> 8}.${n & 255}`)
    await world.clock.advance(20)
    assert.equal(option(world.fping, '-p'), '401')
  })

  it('is replaced when the hosts change, and ends only when its successor speaks', async () => {
    const world = new World()
    const prober = await world.checking()
    world.check('192.0.2.3')
    await world.clock.advance(20)
    const [first, second] = world.runner.started
    assert.deepEqual(hosts(second!), [heartbeat, host, '192.0.2.3'])
    assert.equal(await world.probe(prober, () => first!.reply(host, 5)), 'pass: reply in 0.5 ms')
    second!.reply(heartbeat, 0)
    await world.clock.settle()
    assert.deepEqual([first!.runs, second!.runs], [false, true])
  })

  it('goes on when another check asks for what it does already', async () => {
    const world = new World()
    await world.checking()
    world.check()
    await world.clock.advance(1000)
    assert.equal(world.runner.started.length, 1)
  })

  it('ends with the last check', async () => {
    const world = new World()
    const [one, other] = [await world.checking(), world.check()]
    one.close()
    assert.equal(world.fping.runs, true)
    other.close()
    assert.equal(world.fping.runs, false)
    assert.equal(world.clock.pending, 0)
  })

  it('sends no echoes to a host that no probe asks for any more', async () => {
    const world = new World()
    const [prober, other] = [await world.checking(), world.check('192.0.2.3')]
    for (let second = 0; second < 7; second += 1) {
      await world.clock.advance(1000)
      world.fping.reply(heartbeat, second)
      await world.probe(other, () => world.fping.reply('192.0.2.3', second))
    }
    assert.deepEqual(hosts(world.fping), [heartbeat, '192.0.2.3'])
    void world.probe(prober)
    await world.clock.advance(20)
    assert.deepEqual(hosts(world.fping), [heartbeat, host, '192.0.2.3'])
  })

  it('is started again, ever later, when it ends by itself; until then checks conclude nothing', async () => {
    const world = new World()
    const prober = await world.checking()
    const crash = async (): Promise<void> => {
      world.fping.says('fping: something broke')
      world.fping.ends({ kind: 'exited', code: 4 })
      const { pending } = world.clock
      await waitFor('the next start to be due', () => world.clock.pending > pending)
    }
    await crash()
    const said = await world.probe(prober, () => {}, 100)
    assert.match(said, /^unknown: fping exited with 4: fping: something broke/)
    await world.clock.advance(500)
    assert.equal(world.runner.started.length, 2)
    await crash()
    await world.clock.advance(500)
    assert.equal(world.runner.started.length, 2)
    await world.clock.advance(600)
    assert.equal(world.runner.started.length, 3)
    world.fping.reply(heartbeat, 0)
    await world.clock.settle()
    assert.equal(await world.probe(prober, () => world.fping.reply(host, 0)), 'pass: reply in 0.5 ms')
  })

  it('is not waited for longer than a probe may take', async () => {
    const world = new World()
    const loaded = world.check().load?.()
    let done = false
    void loaded?.then(() => (done = true))
    await world.clock.advance(499)
    assert.equal(done, false)
    await world.clock.advance(1)
    assert.equal(done, true)
  })
})
