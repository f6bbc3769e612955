import { prefixContains, type Address, type Prefix } from '../domain/address.js'
import { followsAddress } from '../domain/bond.js'
import { isDaemon, isManaged, type Config, type DaemonRouterConfig, type VipConfig } from '../domain/config.js'
import type { LeakSeen } from '../domain/leak.js'
import { sleep } from '../platform/clock.js'
import type { Core } from './core.js'
import type { EngineOptions } from './engine-options.js'
import { RouterUnit } from './router-unit.js'

/** How long the start waits for the first look at the routers; one that is slower is looked at later. Milliseconds. */
const firstLookTimeout = 3_000

/** The routing daemons of this life: those that are configured, and those that are left until nothing of ours is in them. */
export class RouterSet {
  readonly units = new Map<string, RouterUnit>()
  readonly #core: Core
  readonly #create: EngineOptions['createRouter']
  /**
   * What is ours in the routers: every pool of this life. One that a reload takes away stays, since its routes are still to be
   * withdrawn and seen to be gone.
   */
  readonly #pools: Prefix[] = []
  #sought: readonly Address[] = []
  readonly #stops = new Map<string, AbortController>()
  readonly #running = new Set<Promise<void>>()
  #version = 0

  constructor(core: Core, create: EngineOptions['createRouter']) {
    this.#core = core
    this.#create = create
  }

  /** Grows when the kinds of sessions of a router, or the routers themselves, change. */
  get version(): number {
    return this.#version
  }

  changed(): void {
    this.#version += 1
  }

  /** From now on all of them look for other routes to these. */
  seek(addresses: readonly Address[]): void {
    this.#sought = addresses
    for (const unit of this.units.values()) unit.seek(addresses)
  }

  /** Whether an address is inside any pool of this life, or the life before left it. */
  inPools(address: Address): boolean {
    return this.#pools.some((pool) => prefixContains(pool, address))
  }

  /** As the routers name them: addresses, or interfaces. */
  *neighbors(): Iterable<string> {
    for (const unit of this.units.values()) for (const { neighbor } of unit.sessions) yield neighbor
  }

  addPools(pools: readonly Prefix[]): void {
    const known = new Set(this.#pools.map((pool) => pool.text))
    this.#pools.push(...pools.filter((pool) => !known.has(pool.text)))
  }

  /** Takes the routers of a configuration; returns those that are new here, which are then to be run. */
  configure({ pools, routers }: Config, signal: AbortSignal): RouterUnit[] {
    this.addPools(pools)
    const names = new Set(routers.map((router) => router.name))
    for (const unit of this.units.values()) unit.retire(!names.has(unit.name))
    const fresh = routers.filter(isDaemon).filter((router) => !this.units.has(router.name))
    return fresh.map((router) => this.#add(router, signal))
  }

  /** A router that the life before announced to and that is configured no more: everything of ours goes from it. */
  addRetired(config: DaemonRouterConfig, signal: AbortSignal): void {
    if (!this.units.has(config.name)) this.#add(config, signal).retire(true)
  }

  drop(name: string): void {
    this.#stops.get(name)?.abort()
    this.#stops.delete(name)
    this.units.delete(name)
    this.changed()
  }

  /** Looks at all of them, and waits no longer than a while for one that is slow. */
  async firstLooks(signal: AbortSignal): Promise<void> {
    // A routing daemon that we start holds nothing yet, and answers in a moment.
    const others = [...this.units.values()].filter((unit) => !isManaged(unit.config))
    const enough = new AbortController()
    const all = Promise.all(others.map((unit) => unit.observer.look(signal)))
    await Promise.race([all, sleep(this.#core.clock, firstLookTimeout, enough.signal)])
    enough.abort()
  }

  run(unit: RouterUnit, signal: AbortSignal): void {
    this.#keep(unit.run(this.#stops.get(unit.name)?.signal ?? signal))
  }

  /** A router of the VIP that was last seen to announce the address by other means than ours; of one without routers, any. */
  leakOf({ routers }: VipConfig, { text }: Address): LeakSeen | null {
    for (const name of routers.length === 0 ? this.units.keys() : routers) {
      const route = this.units.get(name)?.known.observed?.foreign.get(text)
      if (route !== undefined) return { router: name, route }
    }
    return null
  }

  /** Whether a router that announces by itself what it finds bound may still have a route of the address. */
  mayAnnounce(text: string): boolean {
    return [...this.units.values()].some(
      ({ name, config, known }) =>
        followsAddress(config) &&
        (known.observed === null || this.#core.believed.route(name, text).belief.state !== 'absent'),
    )
  }

  /** Resolves when all that was started has ended. */
  async ended(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running)
  }

  #add(config: DaemonRouterConfig, signal: AbortSignal): RouterUnit {
    const handle = this.#create(config, this.#pools)
    const unit = new RouterUnit(config, handle.target, this.#core)
    unit.seek(this.#sought)
    this.units.set(config.name, unit)
    this.changed()
    const stop = new AbortController()
    signal.addEventListener('abort', () => stop.abort(), { signal: stop.signal })
    this.#stops.set(config.name, stop)
    const report = (text: string): void => this.#core.events.emit({ kind: 'router', router: config.name, text })
    if (handle.speaker !== null) this.#keep(handle.speaker.run(stop.signal, report))
    return unit
  }

  #keep(work: Promise<void>): void {
    const kept = work.finally(() => this.#running.delete(kept))
    this.#running.add(kept)
  }
}
