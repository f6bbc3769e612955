import type { Address } from '../domain/address.js'
import { checkInstances } from '../domain/check-instance.js'
import { isDaemon, type Config, type VipConfig } from '../domain/config.js'
import type { Phase } from '../domain/desired.js'
import { refuseOutsidePools } from '../domain/guard-rail.js'
import { routerSessions } from '../domain/router-sessions.js'
import { sleep, type Clock } from '../platform/clock.js'
import { Alarms } from './alarms.js'
import { announcedAt } from './announced.js'
import { BeliefStore } from './belief-store.js'
import type { Core } from './core.js'
import type { CheckReport, CheckRunner, EngineOptions } from './engine-options.js'
import type { EventLog } from './event-log.js'
import { Fleet, type Subject } from './fleet.js'
import { believeJournal, inheritedBy } from './inheritance.js'
import type { Journal } from './journal.js'
import { KernelUnit } from './kernel-unit.js'
import { overriddenIn, Overrides } from './overrides.js'
import { ReasonBoard } from './reason-board.js'
import { reasonsOf } from './reasons.js'
import { Repairs } from './repairs.js'
import type { RequestStore } from './request-store.js'
import { RouterSet } from './router-set.js'
import type { RouterUnit } from './router-unit.js'
import { SilenceUnit } from './silence-unit.js'
import { SourceUnit } from './source-unit.js'
import type { Telemetry } from '../control/telemetry.js'

/**
 * The loop with its two lanes. `touch` is the fast one: an event about an address is turned into what is wanted, and each
 * target's lane sends what differs from what is believed, in the same turn of the event loop. The slow one is each
 * target's observer.
 */
export class Engine implements Core {
  readonly clock: Clock
  readonly random: () => number
  readonly believed = new BeliefStore()
  readonly repairs = new Repairs()
  readonly board = new ReasonBoard()
  readonly fleet: Fleet
  readonly journal: Journal
  readonly events: EventLog
  readonly telemetry: Telemetry
  readonly requests: RequestStore
  readonly kernel: KernelUnit
  readonly silence: SilenceUnit
  readonly overrides: Overrides
  readonly sources: SourceUnit
  readonly checks: CheckRunner
  readonly #options: EngineOptions
  readonly #alarms: Alarms
  readonly #routers: RouterSet
  #kernelRouters: ReadonlySet<string> = new Set()
  #phase: Phase = 'running'
  #lanesOpen = false
  #sought: readonly Address[] = []
  /** Whether the state of overrides is about to be saved. */
  #savesOverrides = false

  constructor(options: EngineOptions) {
    this.#options = options
    this.clock = options.clock
    this.random = options.random
    this.journal = options.journal
    this.events = options.events
    this.telemetry = options.telemetry
    this.requests = options.requests
    this.#alarms = new Alarms(this.clock, (address) => this.touch(address, this.clock.now()))
    this.#routers = new RouterSet(this, options.createRouter)
    this.overrides = new Overrides({
      store: options.requests.overrides,
      learnedAt: (router) => this.routers.get(router)?.learned,
      kernelLearned: () => this.kernel.learned,
      ownAddresses: () => this.kernel,
      now: () => this.clock.now(),
    })
    this.fleet = new Fleet(options.config, {
      requestOf: (vip) => this.requests.of(vip),
      phase: () => this.#phase,
      routers: () => this.routers,
      routersVersion: () => this.#routers.version,
      leaks: (vip, address) => this.#routers.leakOf(vip, address),
      obstacle: (vip, address) => this.overrides.obstacle(vip, address),
      overrideDeadline: (vip) => this.overrides.deadline(vip),
      inSubnet: (address) => this.kernel.inSubnet(address.text),
      now: () => this.clock.now(),
      random: this.random,
    })
    this.silence = new SilenceUnit(options.arp, this)
    this.kernel = new KernelUnit(options.kernel, this)
    this.sources = new SourceUnit(
      options.sourceRoutes,
      options.requests.sources,
      {
        routesOf: (address) => announcedAt(address, this),
        neighbors: () => this.#routers.neighbors(),
        isOurs: (address) => this.#routers.inPools(address),
      },
      this,
    )
    this.checks = options.createChecks({
      holds: (address) => this.#holds(address),
      sessions: (router) => routerSessions(this.routers.get(router)?.known),
      onReport: (report) => this.#onReport(report),
      tell: (text) => this.events.emit({ kind: 'daemon', text }),
    })
  }

  get phase(): Phase {
    return this.#phase
  }

  get routers(): ReadonlyMap<string, RouterUnit> {
    return this.#routers.units
  }

  get kernelRouters(): ReadonlySet<string> {
    return this.#kernelRouters
  }

  /**
   * Journal and requests are read; routers and kernel are looked at, and only then anything is changed. Throws TargetError
   * where the kernel can't be read.
   */
  async start(signal: AbortSignal): Promise<void> {
    const { config } = this.#options
    refuseOutsidePools(config)
    this.#routers.addPools(believeJournal(this.journal, this.believed, this.clock.now()))
    this.#seek(config)
    this.#routers.configure(config, signal)
    for (const router of this.journal.state.routers.values()) this.#routers.addRetired(router, signal)
    await Promise.all([this.kernel.firstLook(signal), this.#routers.firstLooks(signal)])
    const touched = this.#configure(config)
    this.#lanesOpen = true
    for (const address of new Set([...touched, ...this.believed.addresses()])) this.touch(address, this.clock.now())
    await this.sources.firstLook(signal)
    this.checks.update(config.vips.flatMap(checkInstances), config.tripwires)
  }

  /** Runs lanes and observers until the signal aborts. Checks run by themselves, so that they can stop first. */
  async run(signal: AbortSignal): Promise<void> {
    for (const unit of this.routers.values()) this.#routers.run(unit, signal)
    await Promise.all([this.kernel.run(signal), this.silence.run(signal), this.sources.run(signal)])
    await this.#routers.ended()
    this.#alarms.clear()
  }

  /** Takes another valid configuration: what stays keeps its health, what left is withdrawn and unbound. */
  reconfigure(config: Config, signal: AbortSignal): void {
    refuseOutsidePools(config)
    this.#seek(config)
    for (const unit of this.#routers.configure(config, signal)) this.#routers.run(unit, signal)
    const touched = this.#configure(config)
    this.fleet.forgetChecks()
    for (const address of touched) this.touch(address, this.clock.now())
    this.sources.configure()
    this.checks.update(config.vips.flatMap(checkInstances), config.tripwires)
  }

  /** An operator's word ends the hold-down of a VIP, for the lives to come too; the flaps still count. */
  release(vip: VipConfig): void {
    this.fleet.release(vip)
    const until = this.clock.now()
    for (const { address, health } of this.fleet.subjectsOf(vip)) {
      if (!this.journal.state.holds.has(address.text)) continue
      this.journal.write({ op: 'hold', address: address.text, hold: { until, withdrawals: health.withdrawals } })
    }
  }

  /**
   * Nothing is wanted any more. Resolves with what could not be withdrawn within `deadline` milliseconds, or not unbound
   * within the settle time after that.
   */
  async withdrawEverything(deadline: number, signal: AbortSignal): Promise<string[]> {
    this.#phase = 'stopping'
    const withdrawnBy = this.clock.now() + deadline
    const unboundBy = withdrawnBy + this.#longestSettle()
    this.#touchAll()
    const isLate = (): boolean => this.clock.now() >= (this.#routesLeft() ? withdrawnBy : unboundBy)
    while (this.#left() && !isLate() && !signal.aborted) await sleep(this.clock, 5, signal)
    const trouble = await this.sources.lastLook(signal)
    return [...this.#leftInWords(), ...(trouble === null ? [] : [`source addresses (${trouble.message})`])]
  }

  touch(text: string, seenAt: number): void {
    if (!this.#lanesOpen) return
    const refreshed = this.fleet.refresh(text)
    this.sources.consider(text)
    for (const unit of this.routers.values()) unit.mark(text, seenAt)
    this.silence.mark(text)
    this.kernel.lane.mark(text, seenAt)
    if (refreshed !== undefined) {
      this.#tellHealth(refreshed.before, refreshed.after)
      this.#stepOverride(refreshed.before, refreshed.after)
    }
    this.showReasons(text)
    this.#setAlarm(text)
  }

  mayAnnounce(text: string): boolean {
    return this.#routers.mayAnnounce(text)
  }

  isSource(text: string): boolean {
    return this.sources.holds(text)
  }

  refit(): void {
    this.#routers.changed()
  }

  dropRouter(name: string): void {
    this.#routers.drop(name)
    this.believed.forgetRouter(name)
    this.journal.write({ op: 'forget', router: name })
  }

  showReasons(text: string): void {
    const subject = this.fleet.subjects.get(text)
    if (subject === undefined) {
      this.board.forget(text)
      return
    }
    for (const { router, to } of this.board.set(text, reasonsOf(subject, this), this.clock.now())) {
      const said = to.detail === null ? to.reason : `${to.reason}: ${to.detail}`
      const about = { vip: subject.vip.name, address: text, router, reason: to.reason }
      this.events.emit({ kind: 'route', ...about, text: said })
    }
    if (!this.#lanesOpen) return
    this.sources.consider(text)
    if (this.sources.deadline(text) !== null) this.#setAlarm(text)
  }

  #touchAll(): void {
    const now = this.clock.now()
    for (const text of new Set([...this.fleet.subjects.keys(), ...this.believed.addresses()])) this.touch(text, now)
  }

  #tellHealth(before: Subject, after: Subject): void {
    const { address, vip, health } = after
    if (health.heldUntil !== before.health.heldUntil) {
      const hold = health.heldUntil === null ? null : { until: health.heldUntil, withdrawals: health.withdrawals }
      this.journal.write({ op: 'hold', address: address.text, hold })
    }
    if (health.verdict === before.health.verdict) return
    this.telemetry.transition(vip.name, health.verdict)
    const text = `${before.health.verdict} to ${health.verdict}`
    this.events.emit({ kind: 'verdict', vip: vip.name, address: address.text, text })
  }

  /** One address that fails takes its VIP back: the others are gone in the same turn. */
  #stepOverride(before: Subject, after: Subject): void {
    const said = this.overrides.step(before, after)
    if (said === null) return
    this.events.emit({ kind: 'verdict', vip: after.vip.name, text: said })
    // What is to be kept must not stand before what is to be sent, and each write waits for the disk.
    if (!this.#savesOverrides) this.clock.afterIo(() => this.#saveOverrides())
    this.#savesOverrides = true
    for (const { address } of this.fleet.subjectsOf(after.vip))
      if (address.text !== after.address.text) this.touch(address.text, this.clock.now())
  }

  #saveOverrides(): void {
    this.#savesOverrides = false
    try {
      this.requests.overrides.save()
    } catch (error) {
      const text = `The latches and windows of overrides could not be kept: ${(error as Error).message}.`
      this.events.emit({ kind: 'daemon', text: `${text} See that stateDir can be written` })
    }
  }

  /** Where there is no override, nobody is asked for anything. */
  #seek(config: Config): void {
    const overridden = overriddenIn(config)
    const before = this.#sought.map(({ text }) => text).join()
    if (overridden.map(({ text }) => text).join() === before) return
    this.#sought = overridden
    this.#routers.seek(overridden)
    this.kernel.seek(overridden)
  }

  /** When time alone changes something about the address. */
  #setAlarm(text: string): void {
    const now = this.clock.now()
    const deadlines = [
      this.fleet.deadline(text, now),
      this.kernel.settledAt(text),
      this.repairs.nextDue(text, now),
      this.sources.deadline(text),
    ].filter((at) => at !== null)
    this.#alarms.set(text, deadlines.length === 0 ? null : Math.min(...deadlines))
  }

  #onReport({ instance, state, previous, at }: CheckReport): void {
    const { check, vip, address } = instance
    if (state.last !== null) this.telemetry.observeCheck(check.probe.type, state.last.duration / 1000)
    if (state.verdict === previous.verdict) return
    const text = `${previous.verdict} to ${state.verdict}${state.last === null ? '' : `: ${state.last.detail}`}`
    this.events.emit({ kind: 'check', vip, check: check.name, address: address?.text ?? null, text })
    for (const counted of this.fleet.setCheckVerdict(vip, check, address, state.verdict)) this.touch(counted.text, at)
  }

  #holds(text: string): 'held' | 'absent' | 'foreign' {
    if (!this.fleet.subjects.has(text)) return 'foreign'
    return this.believed.binding(text).belief.state === 'present' ? 'held' : 'absent'
  }

  #configure(config: Config): Set<string> {
    this.#kernelRouters = new Set(config.routers.filter((router) => !isDaemon(router)).map(({ name }) => name))
    this.kernel.meet(config.vips.flatMap((vip) => vip.addresses))
    return this.fleet.configure(config, (address, vip) => inheritedBy(address, vip, this, config))
  }

  /** Whether anything of ours is still there. */
  #left(): boolean {
    return this.journal.state.bindings.size > 0 || this.silence.isInForce || this.#routesLeft()
  }

  #routesLeft(): boolean {
    return [...this.routers.keys()].some((name) => this.believed.addressesIn(name).size > 0)
  }

  /** Of the addresses that are bound. */
  #longestSettle(): number {
    const bound = [...this.journal.state.bindings.keys()]
    return bound.reduce((longest, text) => Math.max(longest, this.fleet.wanted(text).settle), 0)
  }

  #leftInWords(): string[] {
    const routes = [...this.routers.keys()].flatMap((name) =>
      [...this.believed.addressesIn(name)].map((text) => `route of ${text} at ${name}`),
    )
    const addresses = [...this.journal.state.bindings.keys()].map((text) => `address ${text}`)
    return [...routes, ...addresses, ...(this.silence.isInForce ? ['the ARP settings'] : [])]
  }
}
