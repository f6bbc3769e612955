import type { VipConfig } from '../../src/domain/config.js'
import type { Life } from './life.js'
import { adoptFor, holdDown } from './universe.js'

/**
 * What ought to be, told from what happened and not from what the engine thinks: the configuration in force, what the
 * checks said, what operators asked.
 */
export class Model {
  readonly disabled = new Set<string>()
  /** By VIP: when a drain withdraws it. */
  readonly drained = new Map<string, number>()
  allDisabled = false
  /** By address: not to be announced before. */
  readonly #heldUntil = new Map<string, number>()
  /** By address: since when its verdict is unknown. */
  readonly #unknownSince = new Map<string, number>()
  #life: Life | null = null

  constructor(private readonly now: () => number) {}

  /** The configuration or the checks may have changed, or are about to. */
  observe(life: Life | null): void {
    this.#life = life
    if (life === null) return
    const undecided = new Set<string>()
    for (const vip of life.config.vips) {
      if (life.verdictOf(vip) === 'unknown') for (const { text } of vip.addresses) undecided.add(text)
    }
    for (const text of this.#unknownSince.keys()) if (!undecided.has(text)) this.#unknownSince.delete(text)
    for (const text of undecided) if (!this.#unknownSince.has(text)) this.#unknownSince.set(text, this.now())
  }

  newLife(): void {
    this.#unknownSince.clear()
  }

  /** To be called before the engine hears that a VIP went down. */
  goesDown(vip: VipConfig): void {
    for (const { text } of vip.addresses) {
      if (vip.whenDown.kind === 'withdraw' && this.objection(text, vip.routers[0] ?? '') === null)
        this.#heldUntil.set(text, this.now() + holdDown)
    }
  }

  release(vip: VipConfig): void {
    for (const { text } of vip.addresses) this.#heldUntil.delete(text)
  }

  vipOf(text: string): VipConfig | undefined {
    return this.#life?.config.vips.find((vip) => vip.addresses.some((address) => address.text === text))
  }

  /** Why the daemon may not announce the address at the router now; null: it may. */
  objection(text: string, router: string): string | null {
    const life = this.#life
    const vip = this.vipOf(text)
    if (life === null || vip === undefined) return 'no VIP has it'
    if (!vip.routers.includes(router)) return `${vip.name} is not for ${router}`
    if (life.stage === 'stopping') return 'the daemon stops'
    if (this.allDisabled || this.disabled.has(vip.name)) return `${vip.name} is disabled`
    if (this.now() >= (this.drained.get(vip.name) ?? Infinity)) return `${vip.name} is drained`
    const verdict = life.verdictOf(vip)
    if (verdict === 'unknown') return `${vip.name} has no verdict`
    if (verdict === 'down') return vip.whenDown.kind === 'announce' ? null : `${vip.name} is down`
    const heldUntil = this.#heldUntil.get(text) ?? -Infinity
    return this.now() < heldUntil ? `${vip.name} is held down for ${heldUntil - this.now()} ms` : null
  }

  /** The same of a route that is there: without a verdict it may stay for a while. `more`: and for so long beyond. */
  mayStay(text: string, router: string, more = 0): boolean {
    const since = this.#unknownSince.get(text)
    const vip = this.vipOf(text)
    const kept = since !== undefined && this.now() - since <= adoptFor + more
    if (kept && vip?.routers.includes(router) === true && !this.#isTakenAway(vip.name)) return true
    return this.objection(text, router) === null
  }

  /** Whether an operator's word alone withdraws the VIP. */
  #isTakenAway(vip: string): boolean {
    return this.allDisabled || this.disabled.has(vip) || this.now() >= (this.drained.get(vip) ?? Infinity)
  }

  /** The MED that the route is to have. */
  med(vip: VipConfig): number | undefined {
    if (this.drained.has(vip.name)) return 4_294_967_295
    const verdict = this.#life?.verdictOf(vip)
    if (verdict === 'degraded') return vip.whenDegraded.bgp.med
    if (verdict === 'down' && vip.whenDown.kind === 'announce') return vip.whenDown.attributes.bgp.med
    return vip.announce.bgp.med
  }
}
