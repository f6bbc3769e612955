import type { Clock } from '../platform/clock.js'
import { onAbort } from './dial.js'

interface Round<T> {
  readonly beganAt: number
  readonly answer: Promise<T>
  readonly stop: AbortController
  waiting: number
  over: boolean
}

/** One question to the host, asked once for all who want to know at about the same time. */
export class SharedAnswer<T> {
  readonly #ask: (signal: AbortSignal) => Promise<T>
  readonly #clock: Clock
  #last: Round<T> | null = null

  /** The signal of `ask` aborts when nobody waits for the answer any more. */
  constructor(ask: (signal: AbortSignal) => Promise<T>, clock: Clock) {
    this.#ask = ask
    this.#clock = clock
  }

  /**
   * The answer to a question that was asked at most `maxAge` milliseconds ago; rejects as `ask` does, and resolves with
   * null when the signal aborts first.
   */
  get(maxAge: number, signal: AbortSignal): Promise<T | null> {
    const last = this.#last
    const usable = last !== null && this.#clock.now() - last.beganAt <= maxAge && !last.stop.signal.aborted
    const round = usable ? last : this.#begin()
    round.waiting += 1
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        round.waiting -= 1
        if (round.waiting === 0 && !round.over) round.stop.abort()
        resolve(null)
      }
      // A prober's signal is its own and lives no longer than its probe, so that nothing is left listening to it.
      onAbort(signal, leave)
      round.answer.then(resolve, reject)
    })
  }

  #begin(): Round<T> {
    const stop = new AbortController()
    const round: Round<T> = {
      beganAt: this.#clock.now(),
      answer: this.#ask(stop.signal).finally(() => (round.over = true)),
      stop,
      waiting: 0,
      over: false,
    }
    round.answer.catch(() => {}) // those who left don't hear of it
    this.#last = round
    return round
  }
}
