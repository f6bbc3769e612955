import { nothingLearned } from '../../src/domain/learned.js'
import { prefixContains } from '../../src/domain/address.js'
import type { AddressChange, KernelObserved, KernelTarget } from '../../src/domain/target.js'
import { addr } from '../support/sample-config.js'
import type { SimRouter } from './sim-router.js'
import { SimTarget, type Caller, type Surroundings } from './sim-target.js'
import { deadMan, pools, settle } from './universe.js'

type Owner = 'host' | 'ours'

interface Held {
  readonly owner: Owner
  /** When the kernel removes it by itself; null: never. */
  readonly until: number | null
}

/** Where binding announces. */
export interface BindingRules {
  /** Whether binding has announced the address, in this configuration or one before. */
  wasCarried(text: string): boolean
  /** Why binding it now would announce what may not be; null: it may. */
  objection(text: string): string | null
  /** Whether a daemon runs that wants the address there, and has been able to refresh it. */
  mustLast(device: string, text: string): boolean
}

/** The addresses of the host, on a few interfaces, whose they are, and how long they stay. */
export class SimKernel extends SimTarget<AddressChange, KernelObserved> {
  readonly #held = new Map<string, Map<string, Held>>()
  /** Ours, taken away by somebody else and not bound again yet, and when. */
  readonly #taken = new Map<string, number>()
  /** What the host has of its own: `interface text`. */
  readonly host = new Set<string>()
  /** Set by the scenario. */
  rules: BindingRules = { wasCarried: () => false, objection: () => null, mustLast: () => false }

  constructor(
    around: Surroundings,
    interfaces: readonly string[],
    private readonly routers: () => Iterable<SimRouter>,
  ) {
    super('kernel', around)
    for (const device of interfaces) this.#held.set(device, new Map())
  }

  targetFor(caller: Caller): KernelTarget {
    return {
      name: this.name,
      seek: () => {},
      observe: (signal) => this.observe(caller, signal),
      apply: (changes, signal) => this.apply(caller, changes, signal),
      hints: (signal) => this.hints(caller, signal),
    }
  }

  holds(text: string): boolean {
    return [...this.#held.values()].some((addresses) => addresses.has(text))
  }

  ownerOn(device: string, text: string): Owner | undefined {
    return this.#held.get(device)?.get(text)?.owner
  }

  /** Where ours are: `interface text`. */
  ours(): string[] {
    return [...this.#held].flatMap(([device, addresses]) =>
      [...addresses].filter(([, { owner }]) => owner === 'ours').map(([text]) => `${device} ${text}`),
    )
  }

  /** Of an address of ours, `interface text`, how many milliseconds are left to it; null: it stays, or is not there. */
  leftOf(place: string): number | null {
    const [device = '', text = ''] = place.split(' ')
    const until = this.#held.get(device)?.get(text)?.until ?? null
    return until === null ? null : until - this.around.clock.now()
  }

  /** Where addresses are that go by themselves. */
  mortal(): string[] {
    return this.ours().filter((place) => this.leftOf(place) !== null)
  }

  /** A daemon has stood still for longer than the dead man's bound: what had a lifetime is over. */
  judgeGone(places: readonly string[]): void {
    const left = this.ours().filter((place) => places.includes(place))
    const said = (): string => `${left.join(', ')} outlived a frozen daemon for ${deadMan} ms`
    this.around.referee.judge(9, left.length === 0, said)
  }

  /** Whether the address is missing by no fault of the daemon. */
  wasTaken(text: string): boolean {
    return this.#taken.has(text)
  }

  /** Somebody else adds an address. */
  addForeign(device: string, text: string): void {
    if (this.#held.get(device)?.has(text) !== false) return
    this.#held.get(device)?.set(text, { owner: 'host', until: null })
    this.host.add(`${device} ${text}`)
    this.around.referee.note(() => `somebody adds ${text} to ${device}`)
    this.hint({ kind: 'changed', what: text })
  }

  /** Somebody else removes an address, whosever it is. */
  take(text: string): void {
    for (const [device, addresses] of this.#held) {
      if (!addresses.delete(text)) continue
      this.host.delete(`${device} ${text}`)
      this.#taken.set(text, this.around.clock.now())
      this.#changed(`somebody removes ${text} from ${device}`)
    }
  }

  /** Somebody else removes an interface with all that is on it, or brings it back. */
  setInterface(device: string, there: boolean): void {
    if (there === this.#held.has(device)) return
    for (const text of this.#held.get(device)?.keys() ?? []) this.take(text)
    if (there) this.#held.set(device, new Map())
    else this.#held.delete(device)
    this.#changed(`somebody ${there ? 'adds' : 'removes'} the interface ${device}`)
  }

  protected override make(change: AddressChange): string | null {
    const { kind, interface: device } = change
    const { text } = change.address
    const addresses = this.#held.get(device)
    if (addresses === undefined) return kind === 'unbind' ? null : `there is no interface ${device}`
    if (kind === 'unbind') {
      if (!addresses.has(text)) return null
      this.#unbind(device, text, addresses)
    } else {
      this.#taken.delete(text)
      if (addresses.has(text) && kind === 'bind') return null
      const owner = addresses.get(text)?.owner ?? 'ours'
      for (const rule of [4, 11] as const)
        this.around.referee.judge(rule, owner === 'ours', () => `${text} of the host was given a lifetime on ${device}`)
      const left = this.leftOf(`${device} ${text}`)
      const inTime = left === null || left > deadMan / 3 || !this.#mustLast(device, text)
      this.around.referee.judge(
        'refreshes',
        inTime,
        () => `${text} on ${device} had ${left} ms left when it was refreshed`,
      )
      this.#live(device, text, change.lifetime)
      if (kind === 'refresh') return null
    }
    this.hint({ kind: 'changed', what: text })
    return null
  }

  #live(device: string, text: string, lifetime: number | null): void {
    const { clock, referee } = this.around
    const held: Held = { owner: 'ours', until: lifetime === null ? null : clock.now() + lifetime }
    this.#held.get(device)?.set(text, held)
    if (lifetime === null) return
    clock.timer(lifetime + this.around.random.between(0, 450), () => {
      if (this.#held.get(device)?.get(text) !== held) return
      const kept = this.#mustLast(device, text)
      referee.judge('refreshes', !kept, () => `${text} on ${device} was wanted, and its lifetime ran out`)
      this.#held.get(device)?.delete(text)
      this.#taken.set(text, this.around.clock.now())
      this.#changed(`the lifetime of ${text} on ${device} is over`)
    })
  }

  #mustLast(device: string, text: string): boolean {
    return this.weather === 'fine' && this.rules.mustLast(device, text)
  }

  #unbind(device: string, text: string, addresses: Map<string, Held>): void {
    const { clock, referee } = this.around
    for (const rule of [4, 11] as const)
      referee.judge(rule, addresses.get(text)?.owner !== 'host', () => `${text} of the host was removed from ${device}`)
    addresses.delete(text)
    this.host.delete(`${device} ${text}`)
    if (this.holds(text)) return
    for (const router of this.routers()) {
      // Unbinding is a withdrawal there: it waits for no router that fails, nor for traffic to a service that is dead.
      const carried = this.rules.wasCarried(text)
      if (carried && router.refusedToWithdraw(text)) continue
      referee.judge(2, !router.hasOurs(text), () => `${text} was unbound while ${router.name} has its route`)
      const since = clock.now() - router.withdrawnAt(text)
      referee.judge(
        2,
        carried || since >= settle,
        () => `${text} was unbound ${since.toFixed(1)} ms after ${router.name} withdrew it`,
      )
    }
  }

  protected override list(): KernelObserved {
    const addresses = new Map<string, string>()
    const expiring = new Set<string>()
    for (const [device, held] of this.#held) {
      for (const [text, { until }] of held) {
        if (addresses.has(text)) continue
        addresses.set(text, device)
        if (until !== null) expiring.add(text)
      }
    }
    return { addresses, expiring, hostScope: new Set(addresses.keys()), inSubnet: new Set(), learned: nothingLearned }
  }

  protected override delivered({ addresses }: KernelObserved): void {
    // The daemon knows now; what it had sent to the routers before may still be on its way there.
    for (const [text, at] of this.#taken) {
      if (addresses.has(text)) continue
      this.around.clock.timer(1_500, () => {
        if (this.#taken.get(text) === at) this.#taken.delete(text)
      })
    }
  }

  protected override words(change: AddressChange): string {
    const { kind, address, interface: device } = change
    const lifetime = kind === 'unbind' || change.lifetime === null ? '' : ` for ${change.lifetime} ms`
    return `${kind} ${address.text} ${device}${lifetime}`
  }

  protected override sent(changes: readonly AddressChange[]): void {
    const { referee } = this.around
    for (const change of changes) {
      const { kind, address } = change
      // Refreshing is no change of what is there.
      if (kind === 'refresh') this.asked -= 1
      const objection = kind === 'bind' ? this.rules.objection(address.text) : null
      referee.judge(1, objection === null, () => `binding ${address.text} announces it: ${objection}`)
      const short = kind === 'unbind' || change.lifetime === null || change.lifetime <= deadMan
      referee.judge(9, short, () => `${address.text} gets a lifetime beyond the dead man's bound`)
      const inside = pools.some((pool) => prefixContains(pool, addr(address.text)))
      referee.judge(3, inside || kind === 'unbind', () => `${address.text} is outside the pools and bound`)
    }
  }

  #changed(what: string): void {
    const { random, referee } = this.around
    referee.note(() => what)
    // A hint may be lost; the full pass is the truth.
    if (random.chance(0.8)) this.hint({ kind: 'changed', what })
  }
}
