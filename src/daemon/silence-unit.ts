import {
  planPutBack,
  planSilence,
  type ArpChange,
  type KeptSetting,
  type Silence,
  type Silencing,
} from '../domain/arp.js'
import { TargetError, type ArpTarget, type Outcome } from '../domain/target.js'
import type { Core } from './core.js'

/** Interfaces may come while the settings are made; more often than this they don't hold. */
const rounds = 5

/**
 * This host's silence about the VIPs that others answer ARP for. It is there before the first of them is bound, and the
 * settings are as before once the last one is unbound. One that fails is tried again when the addresses are looked at; until
 * then none of them is bound.
 */
export class SilenceUnit {
  /** Addresses that are to be held in silence, or still are held. */
  readonly #needing = new Set<string>()
  #state: Silence = { kind: 'pending' }
  /** A look at the settings is due. */
  #asked = false
  /** Putting back failed: it waits for the next look. */
  #stuck = false
  #wake: () => void = () => {}

  constructor(
    private readonly target: ArpTarget,
    private readonly core: Core,
  ) {}

  get state(): Silence {
    return this.#state
  }

  /** Whether settings of the host are changed now. */
  get isInForce(): boolean {
    return this.core.journal.state.arp.size > 0
  }

  /** What is wanted of the address changed, or where it is bound. */
  mark(text: string): void {
    const { fleet } = this.core
    const { silent, holdOn } = fleet.wanted(text)
    if (silent && (holdOn !== null || (this.isInForce && this.#isBound(text)))) this.#needing.add(text)
    else this.#needing.delete(text)
    if (this.#task() !== null) this.#wake()
  }

  /** Somebody may have changed a setting, or brought an interface. */
  look(): void {
    this.#asked = this.#needing.size > 0 || this.isInForce
    this.#stuck = false
    if (this.#asked) this.#wake()
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const task = this.#task()
      if (task === null) {
        await this.#idle(signal)
        continue
      }
      this.#asked = false
      await (task === 'silence' ? this.#silence(signal) : this.#putBack(signal))
    }
  }

  #task(): 'silence' | 'put-back' | null {
    if (this.#needing.size > 0 && (this.#asked || this.#state.kind === 'pending')) return 'silence'
    if (!this.isInForce || this.#stuck) return null
    const isOver = this.#needing.size === 0 || (this.#state.kind === 'failed' && !this.#holdsAny())
    return isOver ? 'put-back' : null
  }

  #holdsAny(): boolean {
    return [...this.#needing].some((text) => this.#isBound(text))
  }

  #isBound(text: string): boolean {
    return this.core.journal.state.bindings.has(text)
  }

  async #silence(signal: AbortSignal): Promise<void> {
    const made: ArpChange[] = []
    try {
      let plan = await this.#planned(signal)
      // Looked at again: an interface may have come before `default` was changed, and one that comes later is born silent.
      for (let round = 1; plan.changes.length > 0; round += 1) {
        if (round > rounds)
          throw new TargetError('conflict', `${inWords(plan.changes)}: somebody else undoes it at once`)
        // Listed first: a life that ends in between must not leave a setting that nobody knows was another.
        this.#keep(plan.kept)
        await this.#apply(plan.changes, signal)
        made.push(...plan.changes)
        plan = await this.#planned(signal)
      }
      this.#keep(plan.kept)
      if (made.length > 0) this.#tell(`silent to ARP about VIPs on lo: ${inWords(made)}`)
      this.#enter({ kind: 'silent', anyScope: plan.anyScope })
    } catch (error) {
      if (!(error instanceof TargetError)) throw error
      if (signal.aborted) return
      this.#enter({ kind: 'failed', error })
    }
  }

  async #planned(signal: AbortSignal): Promise<Extract<Silencing, { readonly kind: 'possible' }>> {
    const plan = planSilence(await this.target.observe(signal), this.core.journal.state.arp)
    if (plan.kind === 'possible') return plan
    throw new TargetError('rejected', `this host can't be silent to ARP: ${plan.why}`)
  }

  async #putBack(signal: AbortSignal): Promise<void> {
    const { journal } = this.core
    try {
      const changes = planPutBack(await this.target.observe(signal), journal.state.arp)
      await this.#apply(changes, signal)
      // Interfaces that came meanwhile were born silent.
      const late = planPutBack(await this.target.observe(signal), journal.state.arp)
      await this.#apply(late, signal)
      journal.write({ op: 'arp-end' })
      const all = [...changes, ...late]
      if (all.length > 0) this.#tell(`ARP settings are as before: ${inWords(all)}`)
      if (this.#needing.size === 0) this.#enter({ kind: 'pending' })
    } catch (error) {
      if (!(error instanceof TargetError)) throw error
      this.#stuck = true
      if (!signal.aborted) this.#tell(`The ARP settings could not be put back: ${error.message}`)
    }
  }

  #keep(next: ReadonlyMap<string, KeptSetting>): void {
    const { journal } = this.core
    const { arp } = journal.state
    const gone = [...arp.keys()].filter((key) => !next.has(key)).map((key) => [key, null] as const)
    const fresh = [...next].filter(([key, { former, ours }]) => {
      const before = arp.get(key)
      return before?.former !== former || before.ours !== ours
    })
    journal.write(...[...gone, ...fresh].map(([key, kept]) => ({ op: 'arp', key, kept }) as const))
  }

  /** Throws the first failure, once all was tried. */
  async #apply(changes: readonly ArpChange[], signal: AbortSignal): Promise<void> {
    if (changes.length === 0) return
    const outcomes = await this.target.apply(changes, signal)
    const failed = outcomes.find((outcome): outcome is Exclude<Outcome, { kind: 'done' }> => outcome.kind !== 'done')
    if (failed !== undefined) throw failed.error
  }

  /** What is as before needs nothing: there may be thousands, and each look at the addresses ends here. */
  #enter(state: Silence): void {
    const before = this.#state
    this.#state = state
    if (isSame(before, state)) return
    for (const text of Array.from(this.#needing)) this.core.touch(text, this.core.clock.now())
  }

  #tell(text: string): void {
    this.core.events.emit({ kind: 'daemon', text })
  }

  #idle(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        signal.removeEventListener('abort', end)
        this.#wake = () => {}
        resolve()
      }
      this.#wake = end
      signal.addEventListener('abort', end)
    })
  }
}

function isSame(one: Silence, other: Silence): boolean {
  switch (one.kind) {
    case 'pending':
      return other.kind === 'pending'
    case 'silent':
      return other.kind === 'silent' && one.anyScope === other.anyScope
    case 'failed':
      return other.kind === 'failed' && one.error.message === other.error.message
  }
}

/** `default, eth0: arp_ignore 3, arp_announce 2`: places that were given the same share a part. */
function inWords(changes: readonly ArpChange[]): string {
  const byPlace = new Map<string, string[]>()
  for (const { place, setting, value } of changes)
    byPlace.set(place, [...(byPlace.get(place) ?? []), `${setting} ${value}`])
  const byValues = new Map<string, string[]>()
  for (const [place, values] of byPlace) {
    const said = values.join(', ')
    byValues.set(said, [...(byValues.get(said) ?? []), place])
  }
  const parts = [...byValues].map(([values, places]) => `${places.sort().join(', ')}: ${values}`)
  return parts.join('; ')
}
