import type { Clock } from '../platform/clock.js'

/** One timer per key; setting it again replaces it. */
export class Alarms {
  readonly #cancels = new Map<string, () => void>()

  constructor(
    private readonly clock: Clock,
    private readonly ring: (key: string) => void,
  ) {}

  /** `at` on the monotonic clock; null: none. */
  set(key: string, at: number | null): void {
    this.#cancels.get(key)?.()
    this.#cancels.delete(key)
    if (at === null) return
    // A timer may fire a fraction of a millisecond before its time by another clock; one millisecond more is never early.
    const cancel = this.clock.timer(at - this.clock.now() + 1, () => {
      this.#cancels.delete(key)
      this.ring(key)
    })
    this.#cancels.set(key, cancel)
  }

  clear(): void {
    for (const cancel of this.#cancels.values()) cancel()
    this.#cancels.clear()
  }
}
