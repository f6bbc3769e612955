import type { LocalSocket } from '../domain/tripwire.js'
import { backoff, type Backoff } from '../platform/backoff.js'
import { sleep, type Clock } from '../platform/clock.js'
import type { ProcessRunner } from '../platform/process.js'
import { ListenerEvents, type ListenerEventsEnd } from './listener-events.js'

export type ListenerWatchState =
  /** No port is to be watched. */
  | { readonly kind: 'idle' }
  | { readonly kind: 'starting' }
  | { readonly kind: 'watching' }
  /** It took `cpu`, a part of one core; it goes on at `until`, on the monotonic clock. */
  | { readonly kind: 'suspended'; readonly cpu: number; readonly until: number }
  /** It ended, for the reason given, and is started again from time to time. */
  | { readonly kind: 'unavailable'; readonly why: string }

export interface ListenerWatchOptions {
  readonly runner: ProcessRunner
  readonly clock: Clock
  readonly random: () => number
  /** A socket of a watched port is gone. */
  readonly onGone: (socket: LocalSocket) => void
  /** It watches, after a time when notices were missed. */
  readonly onGap: () => void
  readonly onState: (state: ListenerWatchState) => void
  /** Milliseconds of the first suspension; each that follows soon is twice as long. */
  readonly firstPause?: number
}

const minute = 60_000
const longestPause = 30 * minute

/** Watches the listening sockets of some ports: one process at a time, whatever becomes of it. */
export class ListenerWatch {
  readonly #options: ListenerWatchOptions
  readonly #restart: Backoff
  readonly #pause: Backoff
  #ports: ReadonlySet<number> = new Set()
  #maxCpu = 1
  #state: ListenerWatchState = { kind: 'idle' }
  /** Watches the ports of before, until the process for those of now listens. */
  #outgoing: ListenerEvents | null = null
  #gap = false
  #changed = false
  #wake = (): void => {}

  constructor(options: ListenerWatchOptions) {
    this.#options = options
    this.#restart = backoff(250, minute, options.random)
    this.#pause = backoff(options.firstPause ?? minute, longestPause, options.random)
  }

  get state(): ListenerWatchState {
    return this.#state
  }

  /** `maxCpu` as a part of one core. */
  update(ports: ReadonlySet<number>, maxCpu: number): void {
    this.#maxCpu = maxCpu
    if (ports.size === this.#ports.size && [...ports].every((port) => this.#ports.has(port))) return
    this.#ports = ports
    this.#changed = true
    this.#wake()
  }

  /** Watches until the signal aborts; resolves when the process is gone. */
  async run(signal: AbortSignal): Promise<void> {
    signal.addEventListener('abort', () => this.#wake(), { once: true })
    while (!signal.aborted) {
      this.#changed = false
      if (this.#ports.size > 0) await this.#watchOnce(signal)
      else await this.#rest(signal)
    }
    await this.#endOutgoing()
  }

  async #rest(signal: AbortSignal): Promise<void> {
    await this.#endOutgoing()
    this.#enter({ kind: 'idle' })
    await this.#change(signal)
  }

  async #watchOnce(signal: AbortSignal): Promise<void> {
    if (this.#outgoing === null) this.#enter({ kind: 'starting' })
    const events = new ListenerEvents(this.#ports, { ...this.#options, onLoss: this.#options.onGap }, signal)
    if (await events.listens(signal)) this.#enter({ kind: 'watching' })
    // Only now, so that no notice is missed between the two.
    await this.#endOutgoing()
    if (this.#gap && this.#state.kind === 'watching') this.#options.onGap()
    const begun = this.#options.clock.now()
    const end = await Promise.race([events.watch(() => this.#maxCpu), this.#change(signal)])
    this.#gap = end !== undefined
    if (end === undefined) {
      this.#outgoing = events
      return
    }
    await events.stop()
    if (!signal.aborted) await this.#pauseAfter(end, this.#options.clock.now() - begun, signal)
  }

  async #pauseAfter(end: ListenerEventsEnd, lasted: number, signal: AbortSignal): Promise<void> {
    const { clock } = this.#options
    const delays = end.kind === 'ended' ? this.#restart : this.#pause
    if (lasted > (end.kind === 'ended' ? minute : longestPause)) delays.reset()
    const delay = delays.next()
    if (end.kind === 'ended') this.#enter({ kind: 'unavailable', why: end.why })
    else this.#enter({ kind: 'suspended', cpu: end.cpu, until: clock.now() + delay })
    await sleep(clock, delay, signal)
  }

  async #endOutgoing(): Promise<void> {
    await this.#outgoing?.stop()
    this.#outgoing = null
  }

  /** Resolves when other ports are to be watched, or the signal aborts. */
  #change(signal: AbortSignal): Promise<undefined> {
    return new Promise((resolve) => {
      this.#wake = () => resolve(undefined)
      if (this.#changed || signal.aborted) resolve(undefined)
    })
  }

  #enter(state: ListenerWatchState): void {
    if (state.kind === 'watching' && this.#state.kind === 'watching') return
    this.#state = state
    this.#options.onState(state)
  }
}
