import { prefixContains } from '../../src/domain/address.js'
import type { AddressChange, KernelObserved, KernelTarget } from '../../src/domain/target.js'
import { addr } from '../support/sample-config.js'
import type { SimRouter } from './sim-router.js'
import { SimTarget, type Caller, type Surroundings } from './sim-target.js'
import { pools, settle } from './universe.js'

type Owner = 'host' | 'ours'

/** The addresses of the host, on a few interfaces, and whose they are. */
export class SimKernel extends SimTarget<AddressChange, KernelObserved> {
  readonly #held = new Map<string, Map<string, Owner>>()
  /** Ours, taken away by somebody else and not bound again yet. */
  readonly #taken = new Set<string>()
  /** What the host has of its own: `interface text`. */
  readonly host = new Set<string>()

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
      observe: (signal) => this.observe(caller, signal),
      apply: (changes, signal) => this.apply(caller, changes, signal),
      hints: (signal) => this.hints(caller, signal),
    }
  }

  holds(text: string): boolean {
    return [...this.#held.values()].some((addresses) => addresses.has(text))
  }

  ownerOn(device: string, text: string): Owner | undefined {
    return this.#held.get(device)?.get(text)
  }

  /** Where ours are: `interface text`. */
  ours(): string[] {
    return [...this.#held].flatMap(([device, addresses]) =>
      [...addresses].filter(([, owner]) => owner === 'ours').map(([text]) => `${device} ${text}`),
    )
  }

  /** Whether the address is missing by no fault of the daemon. */
  wasTaken(text: string): boolean {
    return this.#taken.has(text)
  }

  /** Somebody else adds an address. */
  addForeign(device: string, text: string): void {
    if (this.#held.get(device)?.has(text) !== false) return
    this.#held.get(device)?.set(text, 'host')
    this.host.add(`${device} ${text}`)
    this.around.referee.note(() => `somebody adds ${text} to ${device}`)
    this.hint({ kind: 'changed', what: text })
  }

  /** Somebody else removes an address, whosever it is. */
  take(text: string): void {
    for (const [device, addresses] of this.#held) {
      if (!addresses.delete(text)) continue
      this.host.delete(`${device} ${text}`)
      this.#taken.add(text)
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

  protected override make({ kind, address: { text }, interface: device }: AddressChange): string | null {
    const addresses = this.#held.get(device)
    if (addresses === undefined) return kind === 'bind' ? `there is no interface ${device}` : null
    if (kind === 'bind') {
      if (!addresses.has(text)) addresses.set(text, 'ours')
      this.#taken.delete(text)
    } else if (addresses.has(text)) this.#unbind(device, text, addresses)
    this.hint({ kind: 'changed', what: text })
    return null
  }

  #unbind(device: string, text: string, addresses: Map<string, Owner>): void {
    const { clock, referee } = this.around
    for (const rule of [4, 11] as const)
      referee.judge(rule, addresses.get(text) !== 'host', () => `${text} of the host was removed from ${device}`)
    addresses.delete(text)
    this.host.delete(`${device} ${text}`)
    if (this.holds(text)) return
    for (const router of this.routers()) {
      referee.judge(2, !router.hasOurs(text), () => `${text} was unbound while ${router.name} has its route`)
      const since = clock.now() - router.withdrawnAt(text)
      referee.judge(
        2,
        since >= settle,
        () => `${text} was unbound ${since.toFixed(1)} ms after ${router.name} withdrew it`,
      )
    }
  }

  protected override list(): KernelObserved {
    const addresses = new Map<string, string>()
    for (const [device, held] of this.#held)
      for (const text of held.keys()) if (!addresses.has(text)) addresses.set(text, device)
    return { addresses }
  }

  protected override delivered({ addresses }: KernelObserved): void {
    // The daemon knows now; what it had sent to the routers before may still be on its way there.
    for (const text of this.#taken)
      if (!addresses.has(text)) this.around.clock.timer(1_500, () => void this.#taken.delete(text))
  }

  protected override words({ kind, address, interface: device }: AddressChange): string {
    return `${kind} ${address.text} ${device}`
  }

  protected override sent(changes: readonly AddressChange[]): void {
    for (const { kind, address } of changes) {
      const inside = pools.some((pool) => prefixContains(pool, addr(address.text)))
      this.around.referee.judge(3, inside || kind === 'unbind', () => `${address.text} is outside the pools and bound`)
    }
  }

  #changed(what: string): void {
    const { random, referee } = this.around
    referee.note(() => what)
    // A hint may be lost; the full pass is the truth.
    if (random.chance(0.8)) this.hint({ kind: 'changed', what })
  }
}
