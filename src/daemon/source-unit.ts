import { parseAddress, type Address, type Family } from '../domain/address.js'
import { ourProtocol, type KernelRoute, type SourceRoutesTarget } from '../domain/kernel-route.js'
import {
  sourceGroups,
  sourcesIn,
  sourceUse,
  type Source,
  type SourceChanges,
  type SourceGroups,
  type SourceRoute,
  type SourceState,
  type SourceUse,
} from '../domain/source.js'
import type { TargetError } from '../domain/target.js'
import type { Core } from './core.js'
import { Observer } from './observer.js'
import { SourceRoutes } from './source-routes.js'
import type { SourceStore } from './source-store.js'

/** A withdrawal waits no longer than this for the routes to go, in milliseconds: usually it takes five. */
const longestHold = 1_000

/** What the unit reads from its surroundings. */
export interface SourceInputs {
  /** What each router of the address's VIP says of it. */
  readonly routesOf: (address: string) => readonly SourceRoute[]
  /** Neighbors of all routers, as they name them. */
  readonly neighbors: () => Iterable<string>
  /** Whether only this life, or one before it, can have made it a source. */
  readonly isOurs: (source: Address) => boolean
}

/**
 * The source addresses of this host's own connections: which addresses are to be used now, and the order of things. The
 * routes that say so go before the route of the VIP is withdrawn or the VIP unbound; where that fails it holds nothing up.
 */
export class SourceUnit {
  readonly observer: Observer<readonly KernelRoute[]>
  readonly routes: SourceRoutes
  #groups: SourceGroups = { enabled: false, groups: [] }
  /** By text, of the groups that are switched on. */
  #sources: ReadonlyMap<string, Source> = new Map()
  /** Addresses in use, or about to be. */
  readonly #used = new Set<string>()
  /** Addresses whose routes are about to be removed; each is let go by a timer, which is cancelled by this. */
  readonly #leaving = new Map<string, () => void>()
  /** Whose removal has not begun, be they let go or not. */
  readonly #unreleased = new Set<string>()
  #error: TargetError | null = null
  #looked = false
  readonly #wakes = new Set<() => void>()

  constructor(
    target: SourceRoutesTarget,
    private readonly store: SourceStore,
    private readonly inputs: SourceInputs,
    private readonly core: Core,
  ) {
    const { clock, random } = core
    const resync = (): number => core.fleet.config.lifecycle.resync
    this.routes = new SourceRoutes({ target, wanted: () => this.#wanted(), patience: resync, clock })
    this.observer = new Observer({
      target: { ...target, observe: (signal) => this.#observe(target, signal) },
      resync,
      // A route that others changed leads the old way until this look.
      restFactor: 2,
      observed: (routes, startedAt, signal) => this.#reconcile(routes, startedAt, signal),
      failed: (error) => this.#failed(error),
      connected: () => {},
      disconnected: (error) => this.#failed(error),
      clock,
      random,
    })
  }

  get changes(): SourceChanges {
    return this.store.changes
  }

  get groups(): SourceGroups {
    return this.#groups
  }

  /** Why the routes could not be listed, or not all changed; null: they could. */
  get error(): TargetError | null {
    return this.#error
  }

  stateOf(text: string): SourceState {
    if (this.#used.has(text)) return 'in-use'
    if (this.#leaving.has(text)) return 'leaving'
    const use = this.#use(text)
    return use.kind === 'leave' ? use.because : 'pending'
  }

  /** Whether its route must not go yet: connections would still begin with an address that is not routed any more. */
  holds(text: string): boolean {
    return this.#leaving.has(text)
  }

  /** What operators changed, kept before it takes effect. */
  change(changes: SourceChanges): void {
    this.store.write(changes)
    this.configure()
  }

  /** Takes what is configured, and what operators changed. */
  configure(): void {
    const { config } = this.core.fleet
    this.#groups = sourceGroups(config.source, config.vips, this.store.changes)
    this.#sources = sourcesIn(this.#groups)
    for (const text of new Set([...this.#sources.keys(), ...this.#used])) this.consider(text)
    this.observer.soon()
    this.#wake()
  }

  /** What a life before left goes on, or goes. Nothing is withdrawn before. */
  async firstLook(signal: AbortSignal): Promise<void> {
    this.configure()
    await this.observer.look(signal)
  }

  /**
   * The end: nothing is a source any more. A last look, since IPv6 routes of ours outlive the source that somebody took away.
   * Null: no route of ours is left.
   */
  async lastLook(signal: AbortSignal): Promise<TargetError | null> {
    await this.observer.look(signal)
    return this.#error
  }

  /** Something about the address changed. */
  consider(text: string): void {
    const use = this.#use(text)
    if (use.kind === 'use' && !this.#used.has(text)) {
      this.#takeUp(text)
      this.observer.soon()
    } else if (use.kind === 'leave' && this.#used.delete(text)) {
      this.#hold(text)
      this.#tell(text, `connections leave with ${text} no more: ${use.because}`)
      this.#wake()
    }
  }

  /** When time alone makes it a source; null: it does not. */
  deadline(text: string): number | null {
    const use = this.#used.has(text) ? null : this.#use(text)
    return use?.kind === 'stay' ? use.until : null
  }

  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([this.#releaseLeaving(signal), this.#watch(signal)])
  }

  async #releaseLeaving(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (this.#unreleased.size > 0) await this.#release([...this.#unreleased], signal)
      else await this.#woken(signal)
    }
    for (const cancel of this.#leaving.values()) cancel()
  }

  /** By a timer of its own: a removal that hangs, be it of another address, holds it no longer. */
  #hold(text: string): void {
    this.#leaving.get(text)?.()
    this.#leaving.set(
      text,
      this.core.clock.timer(longestHold, () => this.#letGo([text])),
    )
    this.#unreleased.add(text)
  }

  #letGo(texts: readonly string[]): void {
    const held = texts.filter((text) => this.#leaving.has(text))
    for (const text of held) {
      this.#leaving.get(text)?.()
      this.#leaving.delete(text)
    }
    for (const text of held) this.core.touch(text, this.core.clock.now())
  }

  async #release(texts: readonly string[], signal: AbortSignal): Promise<void> {
    for (const text of texts) this.#unreleased.delete(text)
    const addresses = texts.flatMap((text) => parseAddress(text) ?? [])
    const error = await this.routes.release(addresses, signal)
    // One that left again meanwhile is still to be released.
    this.#letGo(texts.filter((text) => !this.#unreleased.has(text)))
    if (error !== null && !signal.aborted) this.#failed(error)
    this.observer.soon()
  }

  /** Without a group, and without a route of ours that may still be there. */
  get #isIdle(): boolean {
    return this.#groups.groups.length === 0 && this.#error === null
  }

  /** Follows the routes of others while there are groups. */
  async #watch(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (this.#isIdle) {
        await this.#woken(signal)
        continue
      }
      const idle = new AbortController()
      const end = (): void => void (this.#isIdle && idle.abort())
      this.#wakes.add(end)
      await this.observer.run(AbortSignal.any([signal, idle.signal]))
      this.#wakes.delete(end)
      // Those of a group that is gone are removed by a look of their own.
      if (!signal.aborted) await this.observer.look(signal)
    }
  }

  /** Without a group there is nothing to put in front of the routes of others, be they a million. */
  #observe(target: SourceRoutesTarget, signal: AbortSignal): Promise<readonly KernelRoute[]> {
    return this.#groups.groups.length === 0 ? target.observeOurs(signal) : target.observe(signal)
  }

  async #reconcile(routes: readonly KernelRoute[], startedAt: number, signal: AbortSignal): Promise<void> {
    if (!this.#looked) this.#adopt(routes)
    this.#looked = true
    if (!(await this.routes.reconcile(routes, startedAt, signal))) this.observer.soon()
    if (this.#error === null) return
    this.#error = null
    this.#wake()
  }

  /** The life before has waited until the network knew of them. */
  #adopt(routes: readonly KernelRoute[]): void {
    for (const { protocol, source } of routes) {
      if (protocol !== ourProtocol || source === null || this.#used.has(source)) continue
      if (this.#use(source).kind === 'stay') this.#takeUp(source)
    }
  }

  #takeUp(text: string): void {
    this.#used.add(text)
    const through = this.#sources.get(text)?.interfaces.join(', ') ?? ''
    this.#tell(text, `connections that choose no source leave with ${text} through ${through}`)
  }

  #wanted(): ReturnType<ConstructorParameters<typeof SourceRoutes>[0]['wanted']> {
    const sources = new Map<string, Partial<Record<Family, string>>>()
    for (const [text, { family, interfaces }] of this.#sources) {
      if (!this.#used.has(text)) continue
      for (const name of interfaces) sources.set(name, { ...sources.get(name), [family]: text })
    }
    const neighbors = [...this.inputs.neighbors()].flatMap((neighbor) => parseAddress(neighbor) ?? [])
    // IPv6 routes lose a source that is gone: then they are nobody's any more.
    const isOurs = (source: string | null): boolean => {
      const address = source === null ? undefined : parseAddress(source)
      return address === undefined || this.inputs.isOurs(address)
    }
    return { sources, neighbors, isOurs }
  }

  #use(text: string): SourceUse {
    if (!this.#sources.has(text)) return { kind: 'leave', because: 'off' }
    const { believed, clock, fleet } = this.core
    const held = believed.binding(text).belief.state === 'present'
    const subject = fleet.subjects.get(text)
    return sourceUse(subject?.intent, held, this.inputs.routesOf(text), subject?.vip.settle ?? 0, clock.now())
  }

  #failed(error: TargetError): void {
    if (this.#error?.message !== error.message) this.core.events.emit({ kind: 'source', text: error.message })
    this.#error = error
    this.#wake()
  }

  #tell(text: string, said: string): void {
    const vip = this.core.fleet.subjects.get(text)?.vip.name ?? null
    this.core.events.emit({ kind: 'source', vip, address: text, text: said })
  }

  #wake(): void {
    for (const wake of this.#wakes) wake()
  }

  #woken(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#wakes.delete(wake)
        signal.removeEventListener('abort', wake)
        resolve()
      }
      this.#wakes.add(wake)
      signal.addEventListener('abort', wake)
      if (signal.aborted) wake()
    })
  }
}
