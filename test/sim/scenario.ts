import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'

import { journalPath } from '../../src/daemon/journal.js'
import { Bindings } from './bindings.js'
import { Inspector } from './inspector.js'
import { Life, type Worlds } from './life.js'
import { memoryDir } from './memory-dir.js'
import { Model } from './model.js'
import { Random } from './random.js'
import { Referee } from './referee.js'
import { Requests } from './requests.js'
import { createFakeClock } from '../support/fake-clock.js'
import { until } from '../support/simulated-time.js'
import { SimKernel } from './sim-kernel.js'
import { SimRouter } from './sim-router.js'
import type { Surroundings } from './sim-target.js'
import {
  anyConfig,
  changedConfig,
  deadMan,
  hostAddresses,
  interfaces,
  leftover,
  routerNames,
  vipAddresses,
} from './universe.js'

/** What may happen in one step, and how often. */
const weights = {
  wait: 10,
  check: 50,
  request: 6,
  reload: 5,
  routerRestarts: 5,
  routerWeather: 6,
  kernelWeather: 4,
  session: 4,
  routeMeddling: 6,
  addressMeddling: 5,
  interface: 2,
  crash: 2,
  freeze: 2,
  stop: 1,
} as const

/** One simulated history of a host, decided by its seed. */
export class Scenario {
  readonly clock = createFakeClock()
  readonly random: Random
  readonly #requests: Requests
  readonly referee: Referee
  readonly worlds: Worlds
  readonly model = new Model(() => this.clock.now())
  readonly inspector: Inspector
  readonly #around: Surroundings
  readonly #dir = mkdtempSync(join(memoryDir(), 'vipcast-sim-'))
  readonly #bindings = new Bindings(this.model, () => this.clock.now())
  life: Life | null = null
  #config: Life['config']

  constructor(seed: number, writes: boolean) {
    this.random = new Random(seed)
    this.referee = new Referee(this.clock, writes)
    this.#around = { clock: this.clock, random: this.random, referee: this.referee }
    this.#requests = new Requests(this.clock, this.model, this.random)
    const routers = new Map(routerNames.map((name) => [name, new SimRouter(name, this.#around, () => kernel)]))
    const kernel = new SimKernel(this.#around, interfaces, () => routers.values())
    this.worlds = { kernel, routers }
    for (const [device, text] of hostAddresses) kernel.addForeign(device, text)
    for (const router of routers.values()) router.mayAnnounce = (text) => this.#objection(text, router.name)
    kernel.rules = this.#bindings
    this.inspector = new Inspector(this.worlds, this.model, this.#around)
    this.#config = anyConfig(this.random)
    this.#bindings.configured(this.#config)
    if (this.random.chance(0.3)) routers.get('r1')?.meddle(leftover, { bgp: {}, ospf: {} })
  }

  /** Plays so many steps; ends at the first that breaks a rule. */
  async play(steps: number): Promise<void> {
    await this.startLife()
    for (let step = 0; step < steps && this.referee.violations.length === 0; step += 1) await this.#step()
  }

  close(): void {
    this.life?.kill()
    rmSync(this.#dir, { recursive: true, force: true })
  }

  async startLife(): Promise<void> {
    this.model.newLife()
    this.life = new Life(this.#config, this.#dir, this.worlds, this.#around)
    this.model.observe(this.life)
    this.#bindings.observe(this.life)
    const life = this.life
    await until(this.clock, life.start(), 30_000)
    if (life.failure === null) return
    this.referee.note(() => `it could not start: ${life.failure?.message}`)
    this.life = null
    this.model.observe(null)
  }

  async #step(): Promise<void> {
    const action = this.random.weighted(weights)
    await this.#act(action)
    await this.clock.settle()
    this.model.observe(this.life)
    await this.clock.advance(this.#pause())
    this.inspector.look(this.life)
    if (this.life === null && this.random.chance(0.9)) await this.startLife()
  }

  #pause(): number {
    const { random } = this
    const kind = random.weighted({ none: 4, blink: 8, moment: 8, while: 2 })
    if (kind === 'none') return 0
    if (kind === 'blink') return random.between(0, 10)
    return kind === 'moment' ? random.between(10, 800) : random.between(800, 8_000)
  }

  async #act(action: keyof typeof weights): Promise<void> {
    const { random, worlds } = this
    const router = random.pick([...worlds.routers.values()])
    switch (action) {
      case 'wait':
        return
      case 'check':
        return this.#flipCheck()
      case 'request':
        return this.life?.stage === 'running' ? this.#requests.ask(this.life) : undefined
      case 'reload':
        return this.#reload()
      case 'routerRestarts':
        if (router.weather === 'down') router.start()
        else router.stop()
        if (random.chance(0.5)) this.clock.timer(random.between(0, 3_000), () => router.start())
        return
      case 'routerWeather':
        return this.#setWeather(router)
      case 'kernelWeather':
        return this.#setWeather(worlds.kernel)
      case 'session':
        router.setSession(random.pick([...router.established.keys()]), random.chance(0.6))
        return
      case 'routeMeddling':
        router.meddle(random.pick(vipAddresses), random.chance(0.7) ? null : { bgp: { med: 42 }, ospf: {} })
        return
      case 'addressMeddling':
        return this.#meddleWithAddress()
      case 'interface':
        this.#bindings.disturbed()
        return worlds.kernel.setInterface('dum0', random.chance(0.6))
      case 'crash':
        return this.crash()
      case 'freeze':
        return this.freeze()
      case 'stop':
        return this.stop()
    }
  }

  #setWeather(target: SimKernel | SimRouter): void {
    const { random, referee } = this
    if (target.weather === 'down') return
    target.weather = random.weighted({ fine: 6, hung: 2, flaky: 2 })
    this.#bindings.disturbed()
    target.blind = random.chance(0.15)
    referee.note(() => `${target.name} is ${target.weather}${target.blind ? ', and blind' : ''}`)
  }

  async #flipCheck(): Promise<void> {
    const { life, random } = this
    if (life === null || life.stage !== 'running' || life.checks.keys.length === 0) return
    await this.report(random.pick(life.checks.keys), random.chance(0.7) ? 'passing' : 'failing')
  }

  /** A check says so, and the withdrawals that follow leave at once, whatever else is stuck. */
  async report(key: string, verdict: 'passing' | 'failing'): Promise<void> {
    const { clock, life, model, referee } = this
    const vip = life?.config.vips.find(({ name }) => key.startsWith(`${name}/`))
    if (life === null || vip === undefined) return
    referee.note(() => `check ${key} is ${verdict}`)
    if (key.endsWith('/service') && verdict === 'failing' && life.verdictOf(vip) !== 'down') model.goesDown(vip)
    const idle = [...this.worlds.routers.values()].filter(({ inFlight }) => inFlight === 0)
    life.checks.report(key, verdict)
    model.observe(life)
    await clock.settle()
    if (life.verdictOf(vip) !== 'down') return
    for (const router of idle) {
      for (const { text } of vip.addresses) {
        if (!router.hasOurs(text) || model.mayStay(text, router.name)) continue
        const left = router.lastAsked(text) === 'withdraw'
        referee.judge(5, left, () => `${text} is not withdrawn from ${router.name} at once`)
      }
    }
  }

  #reload(): void {
    const { life, random } = this
    this.#config = changedConfig(this.#config, random)
    this.#bindings.configured(this.#config)
    if (life === null || life.stage !== 'running') return
    life.reconfigure(this.#config)
    this.model.observe(life)
  }

  /** Somebody takes an address away, or adds one. */
  async #meddleWithAddress(): Promise<void> {
    const { random, worlds } = this
    const text = random.pick(vipAddresses)
    if (random.chance(0.6)) worlds.kernel.take(text)
    else if (this.#isFree(text)) {
      worlds.kernel.addForeign('eth0', text)
      // Until it was seen nobody can tell it from one that the daemon binds in this moment.
      await this.clock.advance(1_000)
    }
  }

  /** Whether somebody else may have the address for all that the daemon knows, and it would notice. */
  #isFree(text: string): boolean {
    const { kernel } = this.worlds
    const { life } = this
    if (life === null || life.stage !== 'running' || kernel.weather !== 'fine' || kernel.blind) return false
    if (kernel.holds(text) || kernel.inFlight > 0 || life.engine.journal.state.bindings.has(text)) return false
    return life.engine.fleet.wanted(text).holdOn === null
  }

  crash(): void {
    if (this.life === null) return
    this.life.kill()
    this.life = null
    this.model.observe(null)
    const journal = journalPath(join(this.#dir, 'run'))
    // A line that was being written when the daemon died.
    if (this.random.chance(0.3)) appendFileSync(journal, '{"op":"announce","addr')
  }

  /** It stands still, for less than the dead man's bound or for longer: then the guard kills it. */
  async freeze(): Promise<void> {
    const { clock, life, random } = this
    const { kernel } = this.worlds
    if (life === null || life.stage !== 'running') return
    const time = random.between(10, 2 * deadMan)
    const mortal = kernel.inFlight === 0 ? kernel.mortal() : []
    life.freeze()
    await clock.advance(time)
    this.inspector.forget()
    this.#bindings.disturbed()
    if (time < deadMan) return life.goOn()
    kernel.judgeGone(mortal)
    this.crash()
  }

  async stop(): Promise<void> {
    const { life } = this
    if (life === null || life.stage !== 'running') return
    const stopped = life.stop()
    this.model.observe(life)
    const left = await until(this.clock, stopped, 60_000)
    this.life = null
    this.model.observe(null)
    if (left.length > 0) return
    const stale = [...this.worlds.routers.values()].flatMap((router) =>
      router.ours().map((text) => `${text} at ${router.name}`),
    )
    this.referee.judge(
      9,
      stale.length === 0,
      () => `the daemon left nothing, it said, and ${stale.join(', ')} is there`,
    )
    const bound = this.worlds.kernel.ours()
    this.referee.judge(
      9,
      bound.length === 0,
      () => `the daemon left nothing, it said, and ${bound.join(', ')} is bound`,
    )
  }

  /** From now on nothing fails, and every check that has no verdict gets one. */
  async heal(): Promise<void> {
    const { kernel, routers } = this.worlds
    this.referee.note(() => 'everything works again')
    this.#bindings.disturbed()
    for (const target of [kernel, ...routers.values()]) {
      if (target.weather !== 'down') target.weather = 'fine'
      target.blind = false
    }
    for (const router of routers.values()) {
      router.start()
      for (const neighbor of router.established.keys()) router.setSession(neighbor, true)
    }
    kernel.setInterface('dum0', true)
    if (this.life === null) await this.startLife()
    await this.clock.advance(10)
    for (const key of this.life?.checks.keys ?? [])
      if (this.life?.checks.verdict(key) === 'unknown')
        await this.report(key, this.random.chance(0.8) ? 'passing' : 'failing')
  }

  #objection(text: string, router: string): string | null {
    return this.model.objection(text, router)
  }
}
