import type { Clock } from '../../src/platform/clock.js'
import type { Life } from './life.js'
import type { Model } from './model.js'
import type { Random } from './random.js'

/** An operator of a simulated host, who asks for this and that; the model hears of it first. */
export class Requests {
  constructor(
    private readonly clock: Pick<Clock, 'now'>,
    private readonly model: Model,
    private readonly random: Random,
  ) {}

  async ask(life: Life): Promise<void> {
    const { model, random } = this
    const names = life.config.vips.map(({ name }) => name)
    const kind = random.weighted({ disable: 4, enable: 10, drain: 3, undrain: 5, 'withdraw-all': 0.5 })
    if (kind === 'withdraw-all') {
      model.allDisabled = true
      await life.request({ kind })
      return
    }
    if (names.length === 0) return
    const all = random.chance(kind === 'enable' || kind === 'undrain' ? 0.7 : 0.2)
    const vips = all ? names : [random.pick(names)]
    const asked = all ? 'all' : vips
    this.#expect(life, kind, vips, all)
    await life.request(kind === 'drain' ? { kind, vips: asked, duration: null } : { kind, vips: asked })
  }

  #expect(life: Life, kind: 'disable' | 'enable' | 'drain' | 'undrain', vips: readonly string[], all: boolean): void {
    switch (kind) {
      case 'disable':
        for (const name of vips) this.model.disabled.add(name)
        break
      case 'enable':
        this.#enable(life, vips, all)
        break
      case 'drain':
        this.#drain(life, vips)
        break
      case 'undrain':
        for (const name of vips) this.model.drained.delete(name)
        this.#releaseHolds(life, vips)
        break
    }
  }

  #enable(life: Life, names: readonly string[], all: boolean): void {
    const { model } = this
    if (model.allDisabled && !all) return
    if (all) {
      model.allDisabled = false
      model.disabled.clear()
    }
    for (const name of names) model.disabled.delete(name)
    this.#releaseHolds(life, names)
  }

  #drain(life: Life, names: readonly string[]): void {
    const { clock, model } = this
    for (const { name, drain } of life.config.vips) {
      if (names.includes(name) && !model.drained.has(name)) model.drained.set(name, clock.now() + drain.time)
    }
  }

  #releaseHolds(life: Life, names: readonly string[]): void {
    for (const vip of life.config.vips) if (names.includes(vip.name)) this.model.release(vip)
  }
}
