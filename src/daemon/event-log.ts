import type { DaemonEvent } from '../domain/snapshot.js'
import type { Clock } from '../platform/clock.js'

/** How many events are kept for those who ask later, and how many a slow follower may fall behind. */
const kept = 2_000

export type EventDetails = Partial<Omit<DaemonEvent, 'sequence' | 'at' | 'kind' | 'text'>> &
  Pick<DaemonEvent, 'kind' | 'text'>

/** What happened, in order: the last events, and those who follow. Each goes to the log through `write` as well. */
export class EventLog {
  readonly #events: DaemonEvent[] = []
  readonly #waiting = new Set<() => void>()
  #sequence = 0

  constructor(
    private readonly clock: Clock,
    private readonly write: (event: DaemonEvent) => void,
  ) {}

  emit(details: EventDetails): void {
    this.#sequence += 1
    const nobody = { vip: null, address: null, router: null, check: null, reason: null }
    const event: DaemonEvent = { ...nobody, ...details, sequence: this.#sequence, at: this.clock.wall() }
    this.#events.push(event)
    if (this.#events.length > 2 * kept) this.#events.splice(0, kept)
    this.write(event)
    for (const wake of this.#waiting) wake()
  }

  /**
   * Events with a sequence number above `after`, then those to come. A follower that is too slow sees a gap in the numbers;
   * one that knows a number which is yet to come had it from the life before, and knows none of these.
   */
  async *follow(after: number, signal: AbortSignal): AsyncIterable<DaemonEvent> {
    let seen = Math.max(after > this.#sequence ? 0 : after, this.#sequence - kept)
    while (!signal.aborted) {
      const first = this.#events.findIndex((event) => event.sequence > seen)
      if (first === -1) {
        await this.#next(signal)
        continue
      }
      for (const event of this.#events.slice(first)) {
        yield event
        seen = event.sequence
      }
    }
  }

  /** Number of the last event. */
  get last(): number {
    return this.#sequence
  }

  #next(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        this.#waiting.delete(end)
        signal.removeEventListener('abort', end)
        resolve()
      }
      this.#waiting.add(end)
      signal.addEventListener('abort', end)
    })
  }
}
