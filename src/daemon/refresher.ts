import type { BindingBelief } from '../domain/plan.js'
import type { AddressChange, Outcome } from '../domain/target.js'
import { sleep } from '../platform/clock.js'
import { inSlices } from '../platform/slices.js'
import type { Core } from './core.js'
import type { Lane } from './lane.js'

type Refresh = Extract<AddressChange, { readonly kind: 'refresh' }>

/** Addresses marked between two turns of the event loop. */
const slice = 200

/**
 * The dead man's switch of addresses: those that routes follow have a lifetime in the kernel, and it is extended as long
 * as this process makes progress. All are refreshed in one round: a process for each would cost more than all the rest of
 * the daemon.
 */
export class Refresher {
  /** Addresses of ours that go by themselves. */
  readonly #expiring = new Set<string>()
  /** Those that need another lifetime now. */
  readonly #due = new Set<string>()
  /** Those of them whose last refresh failed. */
  readonly #failing = new Set<string>()
  /** The daemon ends and leaves everything: nobody will refresh it. */
  #leavesAll = false

  constructor(
    private readonly core: Core,
    private readonly lane: Pick<Lane<AddressChange>, 'mark' | 'retryRefused'>,
  ) {}

  /** Each third of the bound: when one round fails there is time for another. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, fleet } = this.core
    while (!signal.aborted) {
      await sleep(clock, fleet.config.lifecycle.deadMan / 3, signal)
      for (const address of this.#expiring) this.#due.add(address)
      for await (const addresses of inSlices([...this.#due], slice, signal))
        for (const address of addresses) this.lane.mark(address, clock.now())
      // What the kernel refused it may take before the address is gone.
      if (this.#failing.size > 0) this.lane.retryRefused()
    }
  }

  /** Takes the lifetimes off, for an end that leaves everything; what resists for `deadline` milliseconds is told. */
  async leaveAll(deadline: number, signal: AbortSignal): Promise<void> {
    const { clock, events } = this.core
    this.#leavesAll = true
    const end = clock.now() + deadline
    for (const address of this.#expiring) this.lane.mark(address, clock.now())
    while (this.#expiring.size > 0 && clock.now() < end && !signal.aborted) await sleep(clock, 5, signal)
    if (this.#expiring.size === 0) return
    const text = `${this.#expiring.size} addresses still have a lifetime: the kernel removes them within lifecycle.deadMan`
    events.emit({ kind: 'daemon', text })
  }

  /**
   * The refresh that an address needs now; null: none. One that is not ours never does, and one that only waits for its
   * withdrawal does while that settles, and no longer.
   */
  plan(text: string, settling: boolean): Refresh | null {
    const { address, holdOn, lifetime } = this.core.fleet.wanted(text)
    const { belief } = this.core.believed.binding(text)
    if (belief.state !== 'present' || belief.owner !== 'ours' || (holdOn === null && !settling)) return null
    const given = this.#leavesAll ? null : lifetime
    const expires = given !== null
    const asWished = this.#expiring.has(text) === expires && !(expires && this.#due.has(text))
    return asWished ? null : { kind: 'refresh', address, interface: belief.interface, lifetime: given }
  }

  /** One that failed leaves the address as it was, and one that succeeds changes nothing that anybody waits for. */
  record(text: string, { lifetime }: Refresh, outcome: Outcome): void {
    const { believed, clock, events, fleet } = this.core
    const { belief, error } = believed.binding(text)
    const now = clock.now()
    if (outcome.kind === 'done') {
      this.#due.delete(text)
      this.#failing.delete(text)
      this.#note(text, lifetime !== null)
      believed.setBinding(text, belief, null, now)
      if (error !== null) this.core.touch(text, now)
      return
    }
    this.#failing.add(text)
    believed.setBinding(text, belief, outcome.error, now)
    if (error !== null) return
    const vip = fleet.subjects.get(text)?.vip.name ?? null
    events.emit({ kind: 'binding', vip, address: text, text: outcome.error.message })
    this.core.touch(text, now)
  }

  /** It was bound with this lifetime; unless it was there before, which binding leaves as it is. */
  bound(text: string, lifetime: number | null, perhapsThere: boolean): void {
    this.#note(text, lifetime !== null)
    if (perhapsThere) this.#due.add(text)
  }

  /** It was listed. Nobody knows how much of its lifetime the life before has left of it. */
  seen(text: string, belief: BindingBelief, expires: boolean, first: boolean): void {
    if (belief.state !== 'present' || belief.owner !== 'ours') {
      this.forget(text)
      return
    }
    this.#note(text, expires)
    if (first) this.#due.add(text)
  }

  /** Whether its last refresh failed. */
  isFailing(text: string): boolean {
    return this.#failing.has(text)
  }

  /** It is gone, or not ours. */
  forget(text: string): void {
    this.#expiring.delete(text)
    this.#due.delete(text)
    this.#failing.delete(text)
  }

  #note(text: string, expires: boolean): void {
    if (expires) this.#expiring.add(text)
    else this.#expiring.delete(text)
  }
}
