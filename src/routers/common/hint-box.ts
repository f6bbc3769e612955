import type { Hint } from '../../domain/target.js'
import type { Clock } from '../../platform/clock.js'

/** Milliseconds for which changes gather into one hint: each costs its reader a full observation. */
const gatherFor = 50

/**
 * Hints on their way to their reader. A slow reader finds the newest: a lost connection makes what came before it
 * pointless, and changes become one.
 */
export class HintBox {
  readonly #clock: Clock
  #waiting: Hint[] = []
  #changes: string[] = []
  #cancelGathering: (() => void) | undefined
  #wake: (() => void) | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  connected(): void {
    this.#put({ kind: 'connected' })
  }

  disconnected(error: Extract<Hint, { readonly kind: 'disconnected' }>['error']): void {
    this.#dropChanges()
    this.#waiting = []
    this.#put({ kind: 'disconnected', error })
  }

  /** `what` for a person: `session 192.0.2.0 is established`. */
  changed(what: string): void {
    this.#changes.push(what)
    this.#cancelGathering ??= this.#clock.timer(gatherFor, () => this.#gathered())
  }

  /** Hints as they come, until the signal aborts. */
  async *read(signal: AbortSignal): AsyncIterable<Hint> {
    const wake = (): void => this.#wake?.()
    signal.addEventListener('abort', wake)
    try {
      while (!signal.aborted) {
        const next = this.#waiting.shift()
        if (next !== undefined) yield next
        else await new Promise<void>((resolve) => (this.#wake = resolve))
      }
    } finally {
      signal.removeEventListener('abort', wake)
      this.#dropChanges()
    }
  }

  #gathered(): void {
    const [first = '', ...others] = this.#changes
    this.#dropChanges()
    const last = this.#waiting.at(-1)
    if (last?.kind === 'changed') return
    const what = others.length === 0 ? first : `${first}, and ${others.length} more changes`
    this.#put({ kind: 'changed', what })
  }

  #dropChanges(): void {
    this.#cancelGathering?.()
    this.#cancelGathering = undefined
    this.#changes = []
  }

  #put(hint: Hint): void {
    this.#waiting.push(hint)
    this.#wake?.()
  }
}
