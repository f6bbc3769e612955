import type { Address } from '../domain/address.js'
import { sameAttributes } from '../domain/attributes.js'
import type { DaemonRouterConfig } from '../domain/config.js'
import type { RouterFacts } from '../domain/fit.js'
import { changedRoutes, type Learned } from '../domain/learned.js'
import { beliefIn, planRoute, type RouteBelief } from '../domain/plan.js'
import type { RouterKnown } from '../domain/route-reason.js'
import type {
  ObservedRoute,
  Outcome,
  RouteChange,
  RouterObserved,
  RouterTarget,
  Session,
  TargetError,
} from '../domain/target.js'
import { inSlices } from '../platform/slices.js'
import type { Core } from './core.js'
import { Lane } from './lane.js'
import { Observer } from './observer.js'

/** Most announcements in one batch: a withdrawal waits for no more than this. */
const chunk = 500
/** Addresses handled between two turns of the event loop. */
const slice = 200

/** One router: its lane, what is known of it, and how observations correct what is believed. */
export class RouterUnit implements RouterFacts {
  readonly name: string
  readonly lane: Lane<RouteChange>
  readonly observer: Observer<RouterObserved>
  #known: RouterKnown = { error: null, observed: null, observedSince: -Infinity }
  /** What it last told of other routes to what is sought; it is not what is so once the router is gone. */
  #learned: Learned | null = null
  #since: number
  /** What was believed of a route before its announcement, which is not answered yet. */
  readonly #unheard = new Map<string, RouteBelief>()
  /** By address: what its route was last asked for in vain. */
  readonly #failed = new Map<string, RouteChange['kind']>()
  /** Gone from the configuration: everything of ours is withdrawn from it. */
  #retired = false

  constructor(
    readonly config: DaemonRouterConfig,
    readonly target: RouterTarget,
    private readonly core: Core,
  ) {
    const { clock, random } = core
    this.name = config.name
    this.#since = clock.now()
    this.lane = new Lane({
      target: { apply: (changes, signal) => this.#apply(changes, signal) },
      plan: (address) => this.#plan(address),
      urgency: (change) => (change.kind === 'withdraw' ? 'first' : 'next'),
      record: (address, change, outcome, seenAt) => this.#record(address, change, outcome, seenAt),
      chunk,
      gap: 0,
      clock,
      random,
    })
    this.observer = new Observer({
      target,
      resync: () => core.fleet.config.lifecycle.resync,
      observed: (observed, startedAt, signal) => this.#reconcile(observed, startedAt, signal),
      failed: (error) => this.#unreachable(error),
      connected: () => this.lane.retryNow(),
      disconnected: (error) => this.#disconnected(error),
      clock,
      random,
    })
  }

  get known(): RouterKnown {
    return this.#known
  }

  /** Since when it has been reachable, or not. */
  get since(): number {
    return this.#since
  }

  get attributesPer(): RouterFacts['attributesPer'] {
    return this.target.attributesPer
  }

  get sessions(): RouterFacts['sessions'] {
    return this.#known.observed?.sessions ?? []
  }

  /** Null: it was not asked yet, or does not answer any more. Undefined: it can't tell. */
  get learned(): Learned | null | undefined {
    return this.#known.observed?.learned === null ? undefined : this.#learned
  }

  /** From now on other routes to these are looked for. */
  seek(addresses: readonly Address[]): void {
    this.target.seek(addresses)
    if (this.#known.observed !== null) this.observer.soon()
  }

  /** Whether it left the configuration: then nothing is wanted here. */
  retire(retired: boolean): void {
    this.#retired = retired
  }

  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([this.lane.run(signal), this.observer.run(signal)])
  }

  /** Something about the address changed, seen at `seenAt`. */
  mark(text: string, seenAt: number): void {
    const { believed } = this.core
    const { belief, error, at } = believed.route(this.name, text)
    // What has failed is not what is left to be done.
    const outdated = error !== null && this.#needed(text)?.kind !== this.#failed.get(text)
    if (outdated) believed.setRoute(this.name, text, belief, null, at)
    this.lane.mark(text, seenAt)
  }

  #plan(text: string): RouteChange | null {
    const { clock, repairs } = this.core
    const change = this.#needed(text)
    if (change?.kind === 'withdraw' && this.core.isSource(text)) return null
    return change !== null && repairs.waits(text, this.#thing(change), clock.now()) ? null : change
  }

  /** What repairs are counted as: a route of ours that somebody takes away, or one that must not be there and comes back. */
  #thing({ kind }: Pick<RouteChange, 'kind'>): string {
    return `${kind} at ${this.name}`
  }

  #needed(text: string): RouteChange | null {
    const { believed, fleet } = this.core
    const wanted = fleet.wanted(text)
    const route = (this.#retired ? undefined : wanted.routes.get(this.name)) ?? { kind: 'withdraw' }
    return planRoute(wanted.address, route, believed.binding(text), believed.route(this.name, text).belief)
  }

  /**
   * The journal knows of a route before the router does: a life that ends in between leaves nothing unknown. From then on
   * the route may be there: an address whose announcement is on its way must not be unbound, nor the daemon end.
   */
  #apply(changes: readonly RouteChange[], signal: AbortSignal): Promise<readonly Outcome[]> {
    const { journal } = this.core
    const listed = journal.state.routes.get(this.name)
    const fresh = changes.filter(({ kind, address }) => kind === 'announce' && listed?.has(address.text) !== true)
    if (fresh.length > 0 && !journal.state.routers.has(this.name)) journal.write({ op: 'router', config: this.config })
    journal.write(
      ...fresh.map(({ address }) => ({ op: 'announce', address: address.text, router: this.name }) as const),
    )
    for (const { kind, address } of changes) if (kind === 'announce') this.#expect(address.text)
    return this.target.apply(changes, signal)
  }

  #expect(text: string): void {
    const { believed, clock } = this.core
    const { belief, error } = believed.route(this.name, text)
    if (belief.state !== 'absent') return
    this.#unheard.set(text, belief)
    believed.setRoute(this.name, text, { state: 'unsure' }, error, clock.now())
  }

  #record(text: string, change: RouteChange, outcome: Outcome, seenAt: number): void {
    const { believed, clock, journal, telemetry } = this.core
    const now = clock.now()
    const before = this.#unheard.get(text) ?? believed.route(this.name, text).belief
    this.#unheard.delete(text)
    if (outcome.kind === 'done') this.#failed.delete(text)
    else this.#failed.set(text, change.kind)
    switch (outcome.kind) {
      case 'done':
        telemetry.reaction((now - seenAt) / 1000)
        if (change.kind === 'announce') {
          believed.setRoute(this.name, text, { state: 'present', attributes: change.attributes, since: now }, null, now)
          // Its withdrawal will be of our own accord, and must not wait.
          this.core.repairs.forget(text, this.#thing({ kind: 'withdraw' }))
        } else {
          believed.setRoute(this.name, text, { state: 'absent', since: now }, null, now)
          journal.write({ op: 'withdraw', address: text, router: this.name })
        }
        this.observer.soon()
        break
      case 'failed':
        believed.setRoute(this.name, text, before, outcome.error, now)
        // Never made: the next life would have to withdraw it from a router that may not even be there.
        if (before.state === 'absent') journal.write({ op: 'withdraw', address: text, router: this.name })
        break
      case 'unsure':
        believed.setRoute(this.name, text, { state: 'unsure' }, outcome.error, now)
        this.observer.soon()
        break
    }
    this.core.touch(text, now)
  }

  /** Nobody can say what it holds while it does not answer; a routing daemon that restarts holds nothing. */
  #disconnected(error: TargetError): void {
    const { believed, clock } = this.core
    const now = clock.now()
    for (const text of believed.addressesIn(this.name)) {
      believed.setRoute(this.name, text, { state: 'unsure' }, believed.route(this.name, text).error, now)
    }
    this.#learn(null)
    this.#unreachable(error)
  }

  #learn(learned: Learned | null): void {
    const before = this.#learned
    this.#learned = learned
    for (const text of changedRoutes(before, learned)) this.core.touch(text, this.core.clock.now())
  }

  #unreachable(error: TargetError): void {
    const { clock, events, fleet } = this.core
    if (this.#known.error === null) {
      this.#since = clock.now()
      events.emit({ kind: 'router', router: this.name, text: error.message })
    }
    this.#known = { ...this.#known, error }
    for (const text of fleet.subjects.keys()) this.core.showReasons(text)
  }

  /** Corrects what is believed by what was seen, over the union of both, and sends what differs from what is wanted. */
  async #reconcile(observed: RouterObserved, startedAt: number, signal: AbortSignal): Promise<void> {
    const { believed, fleet } = this.core
    const before = this.#known
    this.#known = { error: null, observed, observedSince: startedAt }
    this.#tellChanges(before, observed)
    const refitted = kindsOf(before.observed) !== kindsOf(observed)
    const first = before.observed === null
    if (refitted) this.core.refit()
    const all = new Set([...believed.addressesIn(this.name), ...observed.routes.keys(), ...fleet.subjects.keys()])
    for await (const texts of inSlices([...all], slice, signal)) {
      for (const text of texts) {
        this.#correct(text, observed.routes.get(text), startedAt, first)
        const leaks = before.observed?.foreign.has(text) !== observed.foreign.has(text)
        if (refitted || leaks) this.core.touch(text, this.core.clock.now())
      }
    }
    this.#learn(observed.learned)
    if (!signal.aborted) this.lane.retryRefused()
    if (this.#retired && believed.addressesIn(this.name).size === 0) this.core.dropRouter(this.name)
  }

  #correct(text: string, route: ObservedRoute | undefined, startedAt: number, first: boolean): void {
    const { believed, clock, repairs, telemetry } = this.core
    const { belief, at } = believed.route(this.name, text)
    const now = clock.now()
    // What was sent since the look began is newer than the look.
    if (this.lane.isInFlight(text) || at > startedAt) {
      this.core.showReasons(text)
      return
    }
    if (agrees(belief, route)) {
      this.core.showReasons(text)
      return
    }
    believed.setRoute(this.name, text, beliefIn(route, startedAt), null, now)
    if (route === undefined && this.core.journal.state.routes.get(this.name)?.has(text) === true) {
      this.core.journal.write({ op: 'withdraw', address: text, router: this.name })
    }
    const change = this.#needed(text)
    if (change !== null && !first && belief.state !== 'unsure') {
      telemetry.correction(this.name)
      repairs.count(text, this.#thing(change), now)
    }
    this.core.touch(text, now)
  }

  #tellChanges(before: RouterKnown, observed: RouterObserved): void {
    const { clock, events } = this.core
    if (before.error !== null || before.observed === null) {
      this.#since = clock.now()
      events.emit({ kind: 'router', router: this.name, text: `${this.name} answers: ${observed.daemon}` })
    }
    const known = new Map((before.observed?.sessions ?? []).map((session) => [session.neighbor, session]))
    for (const session of observed.sessions) {
      const previous: Session | undefined = known.get(session.neighbor)
      if (previous?.established === session.established) continue
      const text = `session with ${session.neighbor} is ${session.state}`
      events.emit({ kind: 'session', router: this.name, text })
    }
    // A lost neighbor of OSPF is in no list any more.
    const listed = new Set(observed.sessions.map(({ neighbor }) => neighbor))
    for (const { neighbor, established } of known.values()) {
      if (!established || listed.has(neighbor)) continue
      events.emit({ kind: 'session', router: this.name, text: `session with ${neighbor} is gone` })
    }
  }
}

/** The kinds of the sessions, which attributes are fitted to. */
function kindsOf(observed: RouterObserved | null): string {
  return (observed?.sessions ?? []).map(({ kind }) => kind).join()
}

function agrees(belief: ReturnType<Core['believed']['route']>['belief'], route: ObservedRoute | undefined): boolean {
  if (route === undefined) return belief.state === 'absent'
  // What can't be told stays unsure, and with it why the router refused it.
  if (route.attributes === null) return belief.state === 'unsure'
  return belief.state === 'present' && sameAttributes(belief.attributes, route.attributes)
}
