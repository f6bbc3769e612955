import { sleep, type Clock } from '../../platform/clock.js'

/** A pause that somebody may cut short. */
export class Nudge {
  #current = new AbortController()

  nudge(): void {
    this.#current.abort()
  }

  /** Waits `ms`, or until it is nudged, or until the signal aborts. */
  async wait(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
    this.#current = new AbortController()
    await sleep(clock, ms, AbortSignal.any([signal, this.#current.signal]))
  }
}
