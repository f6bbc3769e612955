import type { AddressChange, KernelTarget, Outcome, TargetError } from '../domain/target.js'
import type { BindingBelief } from '../domain/plan.js'
import type { Core } from './core.js'
import type { Refresher } from './refresher.js'

/** What changes of addresses read from the unit that they are of. */
export interface ChangesOptions {
  readonly target: KernelTarget
  readonly core: Core
  readonly refresher: Refresher
  /** Asks for a look at the addresses. */
  readonly lookSoon: () => void
  /** Why an address that is to be held in silence can't be; null: it can, or nobody knows yet. */
  readonly loudly: (text: string) => TargetError | null
}

/** Changes of addresses on their way: what the journal is told before, and what is believed after. */
export class KernelChanges {
  readonly #options: ChangesOptions
  /** What was believed of an address before its removal was sent. */
  readonly #leaving = new Map<string, BindingBelief>()
  /** Addresses whose binding was first listed in the journal for the change that is in flight. */
  readonly #listed = new Set<string>()

  constructor(options: ChangesOptions) {
    this.#options = options
  }

  /**
   * The journal knows of a binding before the kernel does, so that an address never looks like somebody else's. An address
   * that is being removed is not there for the routers: an announcement would arrive when it is gone.
   */
  apply(changes: readonly AddressChange[], signal: AbortSignal): Promise<readonly Outcome[]> {
    const { target, core } = this.#options
    for (const { kind, address, interface: on } of changes) {
      if (kind === 'unbind') this.#leave(address.text, on)
      else if (kind === 'bind' && core.journal.state.bindings.get(address.text)?.has(on) !== true)
        this.#listed.add(address.text)
    }
    const fresh = changes.filter(({ kind, address }) => kind === 'bind' && this.#listed.has(address.text))
    core.journal.write(
      ...fresh.map((change) => ({ op: 'bind', address: change.address.text, interface: change.interface }) as const),
    )
    return target.apply(changes, signal)
  }

  #leave(text: string, on: string): void {
    const { believed, clock } = this.#options.core
    const { belief, error } = believed.binding(text)
    if (belief.state !== 'present' || belief.interface !== on) return
    this.#leaving.set(text, belief)
    believed.setBinding(text, { state: 'unsure', interface: on }, error, clock.now())
  }

  /** One outcome of what was applied. */
  record(text: string, change: AddressChange, outcome: Outcome, seenAt: number): void {
    const { believed, clock, fleet, telemetry } = this.#options.core
    const now = clock.now()
    if (change.kind === 'refresh') {
      this.#options.refresher.record(text, change, outcome)
      return
    }
    const before = this.#leaving.get(text) ?? believed.binding(text).belief
    const listed = this.#listed.delete(text)
    this.#leaving.delete(text)
    switch (outcome.kind) {
      case 'done':
        if (fleet.wanted(text).unbindWithdraws) telemetry.reaction((now - seenAt) / 1000)
        this.#made(text, change, outcome.found !== true ? 'made' : listed ? 'theirs' : 'ours', now)
        break
      case 'failed':
        believed.setBinding(text, before, outcome.error, now)
        if (listed) this.unlist(text, change.interface)
        break
      case 'unsure':
        if (before.state !== 'present' || before.interface === change.interface)
          believed.setBinding(text, { state: 'unsure', interface: change.interface }, outcome.error, now)
        this.#options.lookSoon()
        break
    }
    this.#options.core.touch(text, now)
  }

  /**
   * `theirs`: an address that somebody else added since the last look is his, and was listed for this change alone. `ours`:
   * it was bound by an attempt whose end was not seen.
   */
  #made(
    text: string,
    change: Exclude<AddressChange, { kind: 'refresh' }>,
    whose: 'made' | 'ours' | 'theirs',
    now: number,
  ): void {
    const { believed } = this.#options.core
    const { belief } = believed.binding(text)
    const { interface: on } = change
    if (change.kind === 'bind') {
      if (whose === 'theirs') this.unlist(text, on)
      else this.#options.refresher.bound(text, change.lifetime, whose === 'ours')
      const owner = whose === 'theirs' ? 'found' : 'ours'
      believed.setBinding(text, { state: 'present', interface: on, owner }, null, now)
      return
    }
    this.unlist(text, on)
    if (believedOn(belief) === on) this.#options.refresher.forget(text)
    // Written in any case: a listing that began before may still show it on that interface.
    const error = this.#options.loudly(text)
    believed.setBinding(text, believedOn(belief) === on ? { state: 'absent' } : belief, error, now)
  }

  /** It is there no more, or is none of ours. */
  unlist(text: string, on: string): void {
    this.#options.core.journal.write({ op: 'unbind', address: text, interface: on })
  }
}

/** The interface that holds it, or may hold it. */
export function believedOn(belief: BindingBelief): string | null {
  return belief.state === 'absent' ? null : belief.interface
}
