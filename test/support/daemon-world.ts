import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { Prefix } from '../../src/domain/address.js'
import type { Config } from '../../src/domain/config.js'
import type { DaemonEvent } from '../../src/domain/snapshot.js'
import type { RouterSessions } from '../../src/domain/router-sessions.js'
import type { ArpTarget, KernelTarget, RouterTarget } from '../../src/domain/target.js'
import { Engine } from '../../src/daemon/engine.js'
import { EventLog } from '../../src/daemon/event-log.js'
import { openJournal, type Journal } from '../../src/daemon/journal.js'
import { Operator } from '../../src/daemon/operator.js'
import { RequestStore } from '../../src/daemon/request-store.js'
import { ScriptedChecks } from './scripted-checks.js'
import { until } from './simulated-time.js'
import { createFakeClock, type FakeClock } from './fake-clock.js'
import { createFakeArp, type FakeArp } from './fake-arp.js'
import { createFakeKernel, type FakeKernel } from './fake-kernel.js'
import { createFakeSourceRoutes, type FakeSourceRoutes } from './fake-source-routes.js'
import { createFakeRouter, type FakeRouter } from './fake-router.js'

const nothingMeasured = { observeCheck: () => {}, transition: () => {}, reaction: () => {}, correction: () => {} }

/** One host with its kernel and routers, that outlives the daemons on it. */
export class Host {
  readonly clock: FakeClock = createFakeClock()
  readonly kernel: FakeKernel = createFakeKernel(['lo', 'eth0'], this.clock)
  readonly arp: FakeArp = createFakeArp(() => this.kernel.held())
  readonly sourceRoutes: FakeSourceRoutes = createFakeSourceRoutes()
  readonly routers = new Map<string, FakeRouter>()
  /** What the routers were told is ours in them. */
  readonly pools: Prefix[] = []
  /** Milliseconds that a change takes to a target, and its outcome back; 1 where nothing is said. */
  readonly latency = new Map<string, number>()
  readonly dir = mkdtempSync(join(tmpdir(), 'vipcast-daemon-'))

  /** Starts a daemon, and lets it come to rest. */
  async start(config: Config): Promise<Daemon> {
    const daemon = new Daemon(this, config)
    await until(this.clock, daemon.start(), 10_000)
    await this.clock.advance(1_000)
    return daemon
  }

  router(name: string): FakeRouter {
    const known = this.routers.get(name)
    if (known !== undefined) return known
    const giveUp = (): Promise<void> => new Promise((resolve) => this.clock.timer(1_000, resolve))
    const router = createFakeRouter(name, this.pools, 'path', giveUp)
    router.session('192.0.2.1', {
      kind: 'ebgp',
      state: 'established',
      established: true,
      transport: null,
      families: ['ipv4', 'ipv6'],
    })
    this.routers.set(name, router)
    return router
  }

  /** What was asked of the kernel and of a router, in words. */
  asked(target = 'kernel'): string[] {
    if (target === 'kernel')
      return this.kernel.asked.map((change) => `${change.kind} ${change.address.text} ${change.interface}`)
    return (this.routers.get(target)?.asked ?? []).map(({ kind, address }) => `${kind} ${address.text}`)
  }

  close(): void {
    rmSync(this.dir, { recursive: true, force: true })
  }
}

/** One life of the daemon on a host, composed as `run` composes it. */
export class Daemon {
  readonly engine: Engine
  readonly operator: Operator
  checks!: ScriptedChecks
  /** What the checks are told of the sessions of a router. */
  sessions!: (router: string) => RouterSessions
  readonly events: DaemonEvent[] = []
  readonly #journal: Journal
  readonly #lifetime = new AbortController()
  #running: Promise<unknown> = Promise.resolve()
  #dead = false

  constructor(
    private readonly host: Host,
    config: Config,
  ) {
    const { clock, dir } = host
    const { journal } = openJournal(join(dir, 'run'))
    this.#journal = journal
    const mortal = {
      ...clock,
      timer: (ms: number, ring: () => void) => clock.timer(ms, () => void (this.#dead || ring())),
    }
    this.engine = new Engine({
      config,
      kernel: this.#slow(host.kernel),
      arp: this.#slow(host.arp),
      sourceRoutes: host.sourceRoutes,
      createRouter: ({ name }, pools) => {
        host.pools.splice(0, host.pools.length, ...pools)
        return { target: this.#slow(host.router(name)), speaker: null }
      },
      createChecks: ({ onReport, sessions }) => {
        this.sessions = sessions
        return (this.checks = new ScriptedChecks(clock, onReport))
      },
      journal,
      requests: RequestStore.open({ stateDir: join(dir, 'state'), runDir: join(dir, 'run') }, clock),
      events: new EventLog(clock, (event) => void this.events.push(event)),
      telemetry: nothingMeasured,
      clock: mortal,
      random: () => 0.5,
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

  async start(): Promise<void> {
    const { signal } = this.#lifetime
    await this.engine.start(signal)
    this.#running = Promise.all([this.engine.run(signal), this.checks.run(signal)])
    this.operator.enter('running')
  }

  /** Takes another configuration as a reload does, and lets `ms` pass. */
  async reconfigure(config: Config, ms = 2_000): Promise<void> {
    this.engine.reconfigure(config, this.#lifetime.signal)
    await this.host.clock.advance(ms)
  }

  /** A check says so, and `ms` pass. */
  async report(key: string, verdict: 'passing' | 'failing', ms = 100): Promise<void> {
    this.checks.report(key, verdict)
    await this.host.clock.advance(ms)
  }

  reason(vip: string): string | undefined {
    return this.operator.snapshot().vip(vip)?.reason
  }

  /** An orderly stop, with so much time. */
  async stop(deadline = 5_000): Promise<string[]> {
    const said = await until(this.host.clock, this.engine.withdrawEverything(deadline, this.#lifetime.signal), 60_000)
    this.#lifetime.abort()
    await this.host.clock.advance(2_000)
    await this.#running
    this.kill()
    return said
  }

  /** It dies: what it has asked for is still carried out, and it hears and does nothing more. */
  kill(): void {
    if (this.#dead) return
    this.#dead = true
    this.#journal.close()
  }

  #slow<T extends ArpTarget | KernelTarget | RouterTarget>(target: T): T {
    const { clock } = this.host
    const pause = (): Promise<void> =>
      new Promise((resolve) => clock.timer(this.host.latency.get(target.name) ?? 1, resolve))
    const apply = async (changes: never, signal: AbortSignal): Promise<unknown> => {
      await pause()
      const outcomes = await target.apply(changes, signal)
      await pause()
      return this.#dead ? new Promise(() => {}) : outcomes
    }
    return { ...target, name: target.name, apply }
  }
}
