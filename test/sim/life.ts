import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

import { instanceKey } from '../../src/domain/check-instance.js'
import type { Config, VipConfig } from '../../src/domain/config.js'
import type { DaemonEvent, OperatorRequest } from '../../src/domain/snapshot.js'
import { Engine } from '../../src/daemon/engine.js'
import { EventLog } from '../../src/daemon/event-log.js'
import { openJournal, type Journal } from '../../src/daemon/journal.js'
import { Operator } from '../../src/daemon/operator.js'
import { RequestStore } from '../../src/daemon/request-store.js'
import type { Clock } from '../../src/platform/clock.js'
import { createFakeArp } from '../support/fake-arp.js'
import { createFakeSourceRoutes } from '../support/fake-source-routes.js'
import { ScriptedChecks } from '../support/scripted-checks.js'
import type { SimKernel } from './sim-kernel.js'
import type { SimRouter } from './sim-router.js'
import type { Caller, Surroundings } from './sim-target.js'

export interface Worlds {
  readonly kernel: SimKernel
  readonly routers: ReadonlyMap<string, SimRouter>
}

const nothingMeasured = { observeCheck: () => {}, transition: () => {}, reaction: () => {}, correction: () => {} }

/** One life of the daemon over the worlds, composed as `run` composes it, until it is stopped or dies. */
export class Life implements Caller {
  dead = false
  /** What it does once it goes on; null: it is not frozen. */
  #frozen: (() => void)[] | null = null
  stage: 'starting' | 'running' | 'stopping' | 'over' = 'starting'
  config: Config
  readonly engine: Engine
  readonly operator: Operator
  checks!: ScriptedChecks
  /** Why it could not start. */
  failure: Error | null = null
  readonly events: DaemonEvent[] = []
  readonly #journal: Journal
  readonly #lifetime = new AbortController()
  readonly #checking = new AbortController()
  #running: Promise<void> = Promise.resolve()
  #checksDone: Promise<void> = Promise.resolve()

  constructor(
    config: Config,
    dir: string,
    private readonly worlds: Worlds,
    private readonly around: Surroundings,
  ) {
    this.config = config
    mkdirSync(join(dir, 'state'), { recursive: true })
    const clock = this.#clock()
    const { journal } = openJournal(join(dir, 'run'))
    this.#journal = journal
    const events = new EventLog(clock, (event) => this.#heard(event))
    this.engine = new Engine({
      config,
      kernel: worlds.kernel.targetFor(this),
      arp: createFakeArp(() => []),
      sourceRoutes: createFakeSourceRoutes(),
      createRouter: ({ name }) => ({ target: this.#router(name).targetFor(this), speaker: null }),
      createChecks: ({ onReport }) => (this.checks = new ScriptedChecks(clock, onReport)),
      journal: this.#mortal(journal),
      requests: RequestStore.open({ stateDir: join(dir, 'state'), runDir: join(dir, 'run') }, clock),
      events,
      telemetry: nothingMeasured,
      clock,
      random: around.random.next,
    })
    const { signal } = this.#lifetime
    this.operator = new Operator({
      engine: this.engine,
      config,
      version: '0',
      signal,
      reloaded: () => {},
      connections: () => Promise.resolve(0),
    })
  }

  /** Resolves when it runs, or could not. */
  async start(): Promise<void> {
    this.around.referee.note(() => `a life starts with ${describeConfig(this.config)}`)
    const { signal } = this.#lifetime
    try {
      await this.engine.start(signal)
    } catch (error) {
      this.failure = error as Error
      this.kill()
      return
    }
    if (this.dead) return
    this.#running = this.engine.run(signal)
    this.#checksDone = this.checks.run(this.#checking.signal)
    this.operator.enter('running')
    this.stage = 'running'
    this.around.referee.note(() => 'it runs')
  }

  reconfigure(config: Config): void {
    this.around.referee.note(() => `it takes ${describeConfig(config)}`)
    this.config = config
    this.engine.reconfigure(config, this.#lifetime.signal)
  }

  request(request: OperatorRequest): Promise<unknown> {
    this.around.referee.note(() => `an operator asks: ${JSON.stringify(request)}`)
    return this.operator.request(request)
  }

  /** An orderly stop; resolves with what is left. */
  async stop(): Promise<string[]> {
    this.around.referee.note(() => 'it is asked to stop')
    this.stage = 'stopping'
    this.operator.enter('stopping')
    this.#checking.abort()
    await this.#checksDone
    const left = await this.engine.withdrawEverything(this.config.lifecycle.stopTimeout, this.#lifetime.signal)
    this.#lifetime.abort()
    await this.#running
    this.around.referee.note(() => `it ends; left: ${left.join(', ') || 'nothing'}`)
    this.stage = 'over'
    this.dead = true
    this.#journal.close()
    return left
  }

  get frozen(): boolean {
    return this.#frozen !== null
  }

  /** It stands still: nothing that happens reaches it until it goes on. */
  freeze(): void {
    this.around.referee.note(() => 'it freezes')
    this.#frozen = []
  }

  goOn(): void {
    this.around.referee.note(() => 'it goes on')
    const late = this.#frozen ?? []
    this.#frozen = null
    for (const work of late) work()
  }

  /** Resolves at once, or when it goes on. */
  awake(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#frozen === null) resolve()
      else this.#frozen.push(resolve)
    })
  }

  /** It dies between two instructions. */
  kill(): void {
    this.around.referee.note(() => 'it dies')
    this.stage = 'over'
    this.dead = true
    for (const target of [this.worlds.kernel, ...this.worlds.routers.values()]) target.hangUp(this)
    this.#journal.close()
  }

  verdictOf(vip: VipConfig): 'up' | 'degraded' | 'down' | 'unknown' {
    const verdict = (name: string): string =>
      vip.checks.some((check) => check.name === name)
        ? this.checks.verdict(instanceKey({ vip: vip.name, check: { name }, address: null }))
        : 'none'
    const service = verdict('service')
    if (service === 'failing') return 'down'
    if (service === 'unknown') return 'unknown'
    return verdict('load') === 'failing' ? 'degraded' : 'up'
  }

  #router(name: string): SimRouter {
    const router = this.worlds.routers.get(name)
    if (router === undefined) throw new Error(`there is no router ${name}`)
    return router
  }

  #heard(event: DaemonEvent): void {
    if (this.dead) return
    this.events.push(event)
    const about = [event.vip, event.address, event.router].filter((part) => part !== null).join(' ')
    this.around.referee.note(() => `   [${event.kind}] ${about}: ${event.text}`)
  }

  /** Timers of a dead daemon don't ring, and those of one that stands still when it goes on. */
  #clock(): Clock {
    const { clock } = this.around
    const mortal = (callback: () => void, start: (ring: () => void) => () => void): (() => void) => {
      let cancelled = false
      const ring = (): void => {
        if (this.#frozen !== null) this.#frozen.push(ring)
        else if (!this.dead && !cancelled) callback()
      }
      const cancel = start(ring)
      return () => {
        cancelled = true
        cancel()
      }
    }
    return {
      now: () => clock.now(),
      wall: () => clock.wall(),
      timer: (ms, callback) => mortal(callback, (ring) => clock.timer(ms, ring)),
      afterIo: (callback) => mortal(callback, (ring) => clock.afterIo(ring)),
    }
  }

  /** A dead daemon writes nothing. */
  #mortal(journal: Journal): Journal {
    return {
      state: journal.state,
      write: (...entries) => {
        if (!this.dead) journal.write(...entries)
      },
      close: () => {},
    }
  }
}

function describeConfig({ vips, routers }: Config): string {
  const shown = vips.map(
    (vip) =>
      `${vip.name}(${vip.routers.join('+')} ${vip.interface} ${vip.bind} med ${vip.announce.bgp.med} checks ${vip.checks.length}${vip.whenDown.kind === 'announce' ? ' fail-open' : ''})`,
  )
  return `routers ${routers.map(({ name }) => name).join(', ')}; VIPs ${shown.join(', ')}`
}
