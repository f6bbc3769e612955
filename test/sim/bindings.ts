import type { Config } from '../../src/domain/config.js'
import type { Life } from './life.js'
import type { Model } from './model.js'
import type { BindingRules } from './sim-kernel.js'
import { deadMan, kernelRouter } from './universe.js'

/** What the kernel is judged by where binding announces. */
export class Bindings implements BindingRules {
  readonly #carried = new Set<string>()
  #life: Life | null = null
  #steadySince: number

  constructor(
    private readonly model: Model,
    private readonly now: () => number,
  ) {
    this.#steadySince = now()
  }

  /** Another life begins or ended. */
  observe(life: Life | null): void {
    this.#life = life
    this.disturbed()
  }

  configured({ vips }: Config): void {
    for (const { addresses, routers } of vips)
      if (routers.includes(kernelRouter)) for (const { text } of addresses) this.#carried.add(text)
  }

  /** Something may have kept the daemon from changing the kernel. */
  disturbed(): void {
    this.#steadySince = this.now()
  }

  wasCarried(text: string): boolean {
    return this.#carried.has(text)
  }

  objection(text: string): string | null {
    const carried = this.model.vipOf(text)?.routers.includes(kernelRouter) === true
    // What is kept is bound again when it is missing; the daemon counts from its first looks, which take 3 s at most.
    if (!carried || this.model.mayStay(text, kernelRouter, 3_000)) return null
    return this.model.objection(text, kernelRouter)
  }

  mustLast(device: string, text: string): boolean {
    const able = this.#life?.stage === 'running' && !this.#life.frozen
    if (!able || this.now() - this.#steadySince < 2 * deadMan) return false
    return this.model.vipOf(text)?.interface === device && this.model.objection(text, kernelRouter) === null
  }
}
