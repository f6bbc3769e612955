import { prefixContains, type Address } from '../../src/domain/address.js'
import type { FittedAttributes } from '../../src/domain/attributes.js'
import {
  TargetError,
  type ObservedRoute,
  type Outcome,
  type RouteChange,
  type RouterObserved,
  type RouterTarget,
} from '../../src/domain/target.js'
import { addr, sessionOf } from '../support/sample-config.js'
import type { SimKernel } from './sim-kernel.js'
import { SimTarget, type Caller, type Surroundings } from './sim-target.js'
import { pools } from './universe.js'

interface Route {
  readonly attributes: FittedAttributes
  /** Put there by the daemon, or by somebody else. */
  readonly origin: 'ours' | 'other'
}

/** A routing daemon like gobgpd: it has our routes in memory only, and two neighbors. */
export class SimRouter extends SimTarget<RouteChange, RouterObserved> {
  readonly routes = new Map<string, Route>()
  /** Of somebody else, outside the pools; the daemon must not even see them. */
  readonly foreign = new Set(['198.51.100.7', '192.0.2.200'])
  readonly established = new Map([
    ['192.0.2.1', true],
    ['192.0.2.2', true],
  ])
  /** What the daemon was last handed. */
  lastSeen: RouterObserved | null = null
  /** Whether the daemon may send this announcement now; set by the scenario. */
  mayAnnounce: (text: string) => string | null = () => null
  readonly #withdrawnAt = new Map<string, number>()
  /** Routes that the daemon can know of: it announced them, or was shown them. */
  readonly #known = new Set<string>()
  /** Addresses whose withdrawal failed, as the daemon was told, or nobody answered. */
  readonly #refused = new Set<string>()
  readonly #lastAsked = new Map<string, RouteChange['kind']>()

  constructor(
    name: string,
    around: Surroundings,
    private readonly kernel: () => SimKernel,
  ) {
    super(name, around)
  }

  targetFor(caller: Caller): RouterTarget {
    return {
      name: this.name,
      attributesPer: 'path',
      seek: () => {},
      observe: (signal) => this.observe(caller, signal),
      apply: (changes, signal) => this.apply(caller, changes, signal),
      hints: (signal) => this.hints(caller, signal),
    }
  }

  hasOurs(text: string): boolean {
    return this.routes.get(text)?.origin === 'ours'
  }

  ours(): string[] {
    return [...this.routes.keys()].filter((text) => this.hasOurs(text))
  }

  /** When it last carried out a withdrawal of the daemon; -Infinity: never. */
  withdrawnAt(text: string): number {
    return this.#withdrawnAt.get(text) ?? -Infinity
  }

  /** It ends and loses everything. */
  stop(): void {
    const { random, referee } = this.around
    if (this.weather === 'down') return
    referee.note(() => `${this.name} ends`)
    this.weather = 'down'
    this.routes.clear()
    // The connection breaks at once, or nobody notices until it is there again.
    const error = new TargetError('unreachable', `${this.name} is down`)
    if (random.chance(0.8)) this.hint({ kind: 'disconnected', error })
  }

  start(): void {
    if (this.weather !== 'down') return
    this.around.referee.note(() => `${this.name} is there again`)
    this.weather = 'fine'
    this.hint({ kind: 'connected' }, this.around.random.between(20, 200))
  }

  /** Somebody else deletes the route of ours, or puts one there. */
  meddle(text: string, attributes: FittedAttributes | null): void {
    const { random, referee } = this.around
    if (this.weather === 'down') return
    referee.note(() => `somebody ${attributes === null ? 'deletes' : 'adds'} the route of ${text} at ${this.name}`)
    if (attributes === null) this.routes.delete(text)
    else this.routes.set(text, { attributes, origin: 'other' })
    if (random.chance(0.7)) this.hint({ kind: 'changed', what: text })
  }

  setSession(neighbor: string, up: boolean): void {
    this.established.set(neighbor, up)
    this.around.referee.note(() => `${this.name}: session with ${neighbor} is ${up ? 'established' : 'down'}`)
    this.hint({ kind: 'changed', what: neighbor })
  }

  protected override make(change: RouteChange): string | null {
    const { text } = change.address
    const { clock, referee } = this.around
    if (change.kind === 'withdraw') {
      if (this.routes.delete(text)) this.#withdrawnAt.set(text, clock.now())
      return null
    }
    const bound = this.kernel().holds(text) || this.kernel().wasTaken(text)
    referee.judge(2, bound, () => `${this.name} announces ${text}, which the kernel does not hold`)
    this.routes.set(text, { attributes: change.attributes, origin: 'ours' })
    return null
  }

  protected override list(): RouterObserved {
    const routes = new Map<string, ObservedRoute>()
    for (const [text, { attributes }] of this.routes) routes.set(text, { address: addr(text), attributes })
    const sessions = [...this.established].map(([neighbor, established]) =>
      sessionOf({
        neighbor,
        established,
        state: established ? 'established' : 'active',
        sent: established ? [...this.routes.keys()] : [],
      }),
    )
    return { daemon: 'sim 1.0', routes, sessions, nextHops: new Map(), foreign: new Map(), learned: null }
  }

  /** What it was last asked for this address. */
  lastAsked(text: string): RouteChange['kind'] | undefined {
    return this.#lastAsked.get(text)
  }

  /** Whether the daemon has done what it can to withdraw the address. */
  refusedToWithdraw(text: string): boolean {
    return this.#refused.has(text)
  }

  protected override answered({ kind, address }: RouteChange, outcome: Outcome): void {
    if (kind === 'withdraw' && outcome.kind !== 'done') this.#refused.add(address.text)
    else this.#refused.delete(address.text)
  }

  protected override delivered(seen: RouterObserved): void {
    this.lastSeen = seen
    for (const text of seen.routes.keys()) this.#known.add(text)
  }

  protected override words(change: RouteChange): string {
    const med = change.kind === 'announce' ? ` med ${change.attributes.bgp.med ?? '-'}` : ''
    return `${change.kind} ${change.address.text}${med}`
  }

  protected override sent(changes: readonly RouteChange[]): void {
    for (const { kind, address } of changes) {
      this.#judgeChange(kind, address)
      this.#lastAsked.set(address.text, kind)
      if (kind === 'announce') this.#known.add(address.text)
    }
  }

  #judgeChange(kind: RouteChange['kind'], address: Address): void {
    const { referee } = this.around
    const { text } = address
    const inside = pools.some((pool) => prefixContains(pool, address))
    referee.judge(
      kind === 'announce' ? 3 : 4,
      inside,
      () => `${this.name} is told to ${kind} ${text}, outside the pools`,
    )
    if (kind === 'withdraw') {
      const known = this.#known.has(text)
      referee.judge(6, known, () => `${this.name} is told to withdraw ${text}, which nobody has seen there`)
      return
    }
    const objection = this.mayAnnounce(text)
    referee.judge(1, objection === null, () => `${this.name} is told to announce ${text}: ${objection}`)
  }
}
