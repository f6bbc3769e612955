import { TargetError, type Target } from '../domain/target.js'
import { backoff } from '../platform/backoff.js'
import { sleep, type Clock } from '../platform/clock.js'

export interface ObserverOptions<Observed> {
  readonly target: Pick<Target<never, Observed>, 'observe' | 'hints' | 'name'>
  /** Period of the full observation, in milliseconds. */
  readonly resync: () => number
  /** How many times as long as a look the rest after it is; 10 by default. */
  readonly restFactor?: number
  /** Takes what was observed; `startedAt` is when the observation began. */
  readonly observed: (observed: Observed, startedAt: number, signal: AbortSignal) => Promise<void>
  readonly failed: (error: TargetError) => void
  readonly connected: () => void
  readonly disconnected: (error: TargetError) => void
  readonly clock: Clock
  readonly random: () => number
}

/** Waits before a look that a hint asked for, so that a burst of hints costs one look; milliseconds. */
const debounce = 20
/** By default at most one part in about so many of the time is spent observing, however many hints arrive. */
const usualRest = 10

/** The slow lane of one target: looks at all of it on its own timer, after each hint, and when a read-back is due. */
export class Observer<Observed> {
  readonly #options: ObserverOptions<Observed>
  readonly #retry: ReturnType<typeof backoff>
  #wake: () => void = () => {}
  #asked = false
  /** Aborted to end the rest after a look early. */
  #resting = new AbortController()

  constructor(options: ObserverOptions<Observed>) {
    this.#options = options
    this.#retry = backoff(200, 5_000, options.random)
  }

  /** Asks for a look soon. */
  soon(): void {
    this.#asked = true
    this.#wake()
  }

  /** Looks once; a failure is reported and is not an error. */
  async look(signal: AbortSignal): Promise<boolean> {
    const { clock, target, observed, failed } = this.#options
    this.#asked = false
    const startedAt = clock.now()
    try {
      await observed(await target.observe(signal), startedAt, signal)
      this.#retry.reset()
      return true
    } catch (error) {
      if (!(error instanceof TargetError)) throw error
      if (!signal.aborted) failed(error)
      return false
    }
  }

  /** Looks and listens until the signal aborts. The first look is the caller's. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([this.#lookAgain(signal), this.#listen(signal)])
  }

  async #lookAgain(signal: AbortSignal): Promise<void> {
    const { clock, resync, restFactor = usualRest } = this.#options
    let pause = resync()
    while (!signal.aborted) {
      if (!this.#asked) await this.#askedOr(pause, signal)
      if (this.#asked) await sleep(clock, debounce, signal)
      if (signal.aborted) return
      const startedAt = clock.now()
      const succeeded = await this.look(signal)
      const rest = (clock.now() - startedAt) * restFactor
      pause = succeeded ? resync() : Math.min(this.#retry.next(), resync())
      this.#resting = new AbortController()
      if (succeeded) await sleep(clock, Math.min(rest, pause), AbortSignal.any([signal, this.#resting.signal]))
    }
  }

  #askedOr(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        cancel()
        signal.removeEventListener('abort', end)
        this.#wake = () => {}
        resolve()
      }
      const cancel = this.#options.clock.timer(ms, end)
      this.#wake = end
      signal.addEventListener('abort', end)
    })
  }

  async #listen(signal: AbortSignal): Promise<void> {
    const { target, connected, disconnected } = this.#options
    for await (const hint of target.hints(signal)) {
      switch (hint.kind) {
        case 'connected':
          connected()
          // It may have lost everything: that is worth more than the rest after the last look.
          this.#resting.abort()
          this.soon()
          break
        case 'disconnected':
          disconnected(hint.error)
          break
        case 'changed':
          this.soon()
          break
      }
    }
  }
}
