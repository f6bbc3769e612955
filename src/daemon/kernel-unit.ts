import type { Address } from '../domain/address.js'
import { isSilentOn } from '../domain/arp.js'
import type { Wanted } from '../domain/desired.js'
import { changedRoutes, type Learned } from '../domain/learned.js'
import { planBinding, type BindingBelief } from '../domain/plan.js'
import { TargetError, type AddressChange, type KernelObserved, type KernelTarget } from '../domain/target.js'
import { inSlices } from '../platform/slices.js'
import type { Core } from './core.js'
import { believedOn, KernelChanges } from './kernel-changes.js'
import { Lane, type Urgency } from './lane.js'
import { Observer } from './observer.js'
import { Refresher } from './refresher.js'

/** Addresses in one run of `ip`. */
const chunk = 500
/** Starting a process holds the event loop for 1 to 1.5 ms: at most this often, in milliseconds. */
const gap = 15
/** What repairs of a binding are counted as. */
const thing = 'binding'
/** Addresses handled between two turns of the event loop. */
const slice = 200

/** The kernel's addresses: its lane, and how observations correct what is believed. */
export class KernelUnit {
  readonly lane: Lane<AddressChange>
  readonly observer: Observer<KernelObserved>
  readonly refresher: Refresher
  readonly #changes: KernelChanges
  #lastSeen: KernelObserved | null = null
  #error: TargetError | null = null
  #since: number

  constructor(
    private readonly target: KernelTarget,
    private readonly core: Core,
  ) {
    const { clock, random } = core
    this.#since = clock.now()
    this.lane = new Lane({
      target: { apply: (changes, signal) => this.#changes.apply(changes, signal) },
      plan: (address) => this.#plan(address),
      urgency: (change) => this.#urgency(change),
      record: (address, change, outcome, seenAt) => this.#changes.record(address, change, outcome, seenAt),
      chunk,
      gap,
      clock,
      random,
    })
    this.refresher = new Refresher(core, this.lane)
    this.#changes = new KernelChanges({
      target,
      core,
      refresher: this.refresher,
      lookSoon: () => this.observer.soon(),
      loudly: (text) => this.#loudly(core.fleet.wanted(text)),
    })
    this.observer = new Observer({
      target,
      resync: () => core.fleet.config.lifecycle.resync,
      observed: (observed, startedAt, signal) => this.#reconcile(observed, startedAt, signal),
      failed: (error) => this.#failed(error),
      connected: () => this.lane.retryNow(),
      disconnected: (error) => this.#failed(error),
      clock,
      random,
    })
  }

  /** Why the addresses of this host can't be listed now; null: they can. */
  get error(): TargetError | null {
    return this.#error
  }

  /** Since when they can be listed, or not. */
  get since(): number {
    return this.#since
  }

  /**
   * Whether neighbors get no answer for an address that is bound. One that we bound is of scope `host`; one that was found was
   * last seen to be, or not.
   */
  isSilent(address: Address): boolean {
    const { believed, silence } = this.core
    const { belief } = believed.binding(address.text)
    if (belief.state === 'absent') return true
    const hostScope =
      belief.state === 'unsure' || belief.owner === 'ours' || this.#lastSeen?.hostScope.has(address.text)
    return isSilentOn(belief.interface, address, hostScope === true, silence.state)
  }

  /** What it knows of other routes to the addresses that are sought; null before the first look. */
  get learned(): Learned | null {
    return this.#lastSeen?.learned ?? null
  }

  /** Whether an address was on this host when it was last looked at. */
  has(text: string): boolean {
    return this.#lastSeen?.addresses.has(text) === true
  }

  /** Whether a sought address was last seen to lie in a subnet of this host. */
  inSubnet(text: string): boolean {
    return this.#lastSeen?.inSubnet.has(text) === true
  }

  /** From now on other routes to these are looked for. */
  seek(addresses: readonly Address[]): void {
    this.target.seek(addresses)
    if (this.#lastSeen !== null) this.observer.soon()
  }

  /** The first look, before anything is bound. Throws TargetError: without the kernel there is nothing to do. */
  async firstLook(signal: AbortSignal): Promise<void> {
    const startedAt = this.core.clock.now()
    await this.#reconcile(await this.target.observe(signal), startedAt, signal)
  }

  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([this.lane.run(signal), this.observer.run(signal), this.refresher.run(signal)])
  }

  /** When the settle time of the address is over; null when it is not waiting for that. */
  settledAt(text: string): number | null {
    const plan = this.#planned(text)
    return plan.kind === 'wait' ? plan.until : null
  }

  #planned(text: string): ReturnType<typeof planBinding> {
    const { believed, clock, journal } = this.core
    const ours = journal.state.bindings.get(text) ?? []
    return planBinding(this.#wanted(text), believed.binding(text).belief, ours, believed.routesOf(text), clock.now())
  }

  /** Nothing is held that is to be held in silence where there is none: its neighbors would take this host for its owner. */
  #wanted(text: string): Wanted {
    const { fleet } = this.core
    const wanted = fleet.wanted(text)
    return this.#loudly(wanted) === null ? wanted : { ...wanted, holdOn: null }
  }

  /** Why an address that is to be held in silence can't be; null: it can, or nobody knows yet. */
  #loudly({ silent, holdOn }: Wanted): TargetError | null {
    const { state } = this.core.silence
    return silent && holdOn !== null && state.kind === 'failed' ? state.error : null
  }

  #plan(text: string): AddressChange | null {
    const change = this.#needed(text)
    if (change?.kind === 'unbind' && this.core.isSource(text)) return null
    return change?.kind === 'bind' && this.#mustWait(text) ? null : change
  }

  /**
   * Until a routing daemon has nothing left that binding alone would announce; the end of a withdrawal brings us back, and
   * so does a verdict. What is kept as it was and is not bound is not announced either.
   */
  #mustWait(text: string): boolean {
    const { clock, fleet, repairs, silence } = this.core
    if (repairs.waits(text, thing, clock.now())) return true
    if (fleet.wanted(text).silent && silence.state.kind !== 'silent') return true
    const intent = fleet.subjects.get(text)?.intent
    return intent !== undefined && intent.kind !== 'announce' && this.core.mayAnnounce(text)
  }

  #needed(text: string): AddressChange | null {
    const plan = this.#planned(text)
    // First: a change that fails again and again must not let the address run out.
    const refresh = this.refresher.plan(text, plan.kind === 'wait')
    return refresh ?? (plan.kind === 'change' ? plan.change : null)
  }

  #urgency({ kind, address }: AddressChange): Urgency {
    if (kind !== 'unbind') return 'next'
    return this.core.fleet.wanted(address.text).unbindWithdraws ? 'first' : 'last'
  }

  #failed(error: TargetError): void {
    if (this.#error === null) this.#since = this.core.clock.now()
    this.#error = error
    this.core.events.emit({ kind: 'daemon', text: error.message })
  }

  /**
   * Addresses that are about to be wanted. One that is on the host already, and of which nothing was believed so far, would
   * be bound, taken for ours, and removed one day.
   */
  meet(addresses: readonly Address[]): void {
    const { believed } = this.core
    for (const { text } of addresses) {
      const on = this.#lastSeen?.addresses.get(text)
      const { at } = believed.binding(text)
      if (on !== undefined && at === -Infinity) believed.setBinding(text, this.#seen(text, on), null, at)
    }
  }

  /** Over what is wanted, what is believed and what is there. */
  async #reconcile(observed: KernelObserved, startedAt: number, signal: AbortSignal): Promise<void> {
    const { believed, clock, fleet, journal, repairs } = this.core
    const { addresses, expiring } = observed
    const first = this.#lastSeen === null
    if (this.#error !== null) this.#since = clock.now()
    this.#error = null
    const before = this.learned
    this.#lastSeen = observed
    repairs.prune(clock.now())
    const all = new Set([...believed.addresses(), ...journal.state.bindings.keys(), ...fleet.subjects.keys()])
    for await (const texts of inSlices([...all], slice, signal)) {
      for (const text of texts) this.#correct(text, addresses.get(text), expiring.has(text), startedAt, first)
    }
    for (const text of changedRoutes(before, observed.learned)) this.core.touch(text, clock.now())
    if (signal.aborted) return
    this.lane.retryRefused()
    this.core.silence.look()
  }

  #correct(text: string, on: string | undefined, expires: boolean, startedAt: number, first: boolean): void {
    const { believed, clock } = this.core
    const { belief, at, error } = believed.binding(text)
    const now = clock.now()
    if (this.lane.isInFlight(text) || at > startedAt) return
    const seen = this.#seen(text, on)
    this.refresher.seen(text, seen, expires, first)
    const same = seen.state === belief.state && (seen.state !== 'present' || believedOn(belief) === seen.interface)
    const mended = seen.state === 'present' && !this.refresher.isFailing(text)
    believed.setBinding(text, seen, mended ? null : error, at)
    if (first) return
    if (!same && belief.state !== 'unsure') this.#repair(text, seen, now)
    this.core.touch(text, now)
  }

  #repair(text: string, seen: BindingBelief, now: number): void {
    const { believed, repairs, telemetry } = this.core
    this.#tell(text, seen)
    if (this.#needed(text) === null) return
    telemetry.correction('kernel')
    const due = repairs.count(text, thing, now)
    if (due <= now) return
    // Announced without it for so long, its traffic would be lost: as with an address that the kernel refuses.
    const seconds = Math.ceil((due - now) / 1000)
    const message = `somebody else removes ${text} again and again; it is bound again in ${seconds} s`
    believed.setBinding(text, seen, new TargetError('conflict', message), now)
  }

  #seen(text: string, on: string | undefined): BindingBelief {
    const listed = this.core.journal.state.bindings.get(text)
    if (on === undefined) {
      for (const device of listed ?? []) this.#changes.unlist(text, device)
      return { state: 'absent' }
    }
    return { state: 'present', interface: on, owner: listed?.has(on) === true ? 'ours' : 'found' }
  }

  #tell(text: string, seen: BindingBelief): void {
    const vip = this.core.fleet.subjects.get(text)?.vip.name ?? null
    const said =
      seen.state === 'absent' ? `${text} was removed from the host` : `${text} was added to the host by somebody else`
    this.core.events.emit({ kind: 'binding', vip, address: text, text: said })
  }
}
