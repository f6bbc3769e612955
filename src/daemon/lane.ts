import type { Outcome, Target } from '../domain/target.js'
import { backoff } from '../platform/backoff.js'
import { sleep, type Clock } from '../platform/clock.js'

export interface LaneOptions<Change> {
  readonly target: Pick<Target<Change, unknown>, 'apply'>
  /** What the address needs next, by what is believed now; null: nothing. */
  readonly plan: (address: string) => Change | null
  /** What is more urgent goes first, and never waits behind more than one chunk of others. */
  readonly urgency: (change: Change) => Urgency
  /** Records one outcome; called for every change of a batch, in order. */
  readonly record: (address: string, change: Change, outcome: Outcome, seenAt: number) => void
  /** Most changes in one batch. */
  readonly chunk: number
  /** Least milliseconds between the starts of two batches. */
  readonly gap: number
  readonly clock: Clock
  readonly random: () => number
}

/** `first`: what must not wait; `last`: what may wait for all else. */
export type Urgency = 'first' | 'next' | 'last'

interface Step<Change> {
  readonly address: string
  readonly change: Change
  readonly seenAt: number
}

/** A batch that has its outcomes, before they are recorded. */
interface Landed<Change> {
  readonly batch: readonly Step<Change>[]
  readonly outcomes: readonly Outcome[]
}

/** A change that failed, as text: until it is due again, the same one is not sent. */
interface Failure {
  readonly change: string
  readonly retryable: boolean
}

/** Back-off between attempts at a change that failed and may succeed later, in milliseconds. */
const firstRetry = 100
const longestRetry = 5_000

/**
 * The way of changes into one target. Addresses are marked; what each needs is planned when its batch leaves, so nothing
 * that is sent is older than the last verdict. One batch is in flight at a time, and what is marked meanwhile goes as the
 * next. A change that failed is tried again after a back-off that all of the lane shares; one that would be refused again,
 * when the caller says so. Until then marks don't send it: two lanes whose failures mark each other would never rest.
 */
export class Lane<Change> {
  readonly #options: LaneOptions<Change>
  /** By urgency and address: when the event that marked it was seen. Insertion order is the order of sending. */
  readonly #queues: Readonly<Record<Urgency, Map<string, number>>> = {
    first: new Map(),
    next: new Map(),
    last: new Map(),
  }
  readonly #inOrder = [this.#queues.first, this.#queues.next, this.#queues.last] as const
  readonly #inFlight = new Set<string>()
  /** Marked while in flight, and when: planned again as soon as the outcome is known. */
  readonly #markedInFlight = new Map<string, number>()
  readonly #failed = new Map<string, Failure>()
  readonly #retry: ReturnType<typeof backoff>
  #cancelRetry: (() => void) | null = null
  #wake: () => void = () => {}

  constructor(options: LaneOptions<Change>) {
    this.#options = options
    this.#retry = backoff(firstRetry, longestRetry, options.random)
  }

  /** Something about the address changed, seen at `seenAt`. */
  mark(address: string, seenAt: number): void {
    if (this.#inFlight.has(address)) {
      this.#markedInFlight.set(address, this.#markedInFlight.get(address) ?? seenAt)
      return
    }
    const change = this.#options.plan(address)
    const seen = this.#inOrder.find((queue) => queue.has(address))?.get(address) ?? seenAt
    for (const queue of this.#inOrder) queue.delete(address)
    const failure = this.#failed.get(address)
    if (failure !== undefined && change !== null && failure.change === asText(change)) return
    this.#failed.delete(address)
    if (change === null) return
    this.#queues[this.#options.urgency(change)].set(address, seen)
    this.#wake()
  }

  /** The target answers again: what failed is tried at once. */
  retryNow(): void {
    this.#retry.reset()
    this.#retryFailed(() => true)
  }

  /** The target was looked at: what it refused may be possible now. */
  retryRefused(): void {
    this.#retryFailed(({ retryable }) => !retryable)
  }

  isInFlight(address: string): boolean {
    return this.#inFlight.has(address)
  }

  /** Sends until the signal aborts, and returns when nothing is in flight any more. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, gap } = this.#options
    let landed: Landed<Change> | null = null
    while (!signal.aborted) {
      const startedAt = clock.now()
      const batch = this.#take()
      const sent = batch.length === 0 ? null : this.#options.target.apply(changesOf(batch), signal)
      // The target works on while the last outcomes are recorded: of thousands, that takes as long as its own work.
      this.#settle(landed)
      landed = null
      if (sent === null) {
        if (this.#inOrder.every((queue) => queue.size === 0)) await this.#idle(signal)
        continue
      }
      landed = { batch, outcomes: await sent }
      const rest = startedAt + gap - clock.now()
      if (rest <= 0) continue
      this.#settle(landed)
      landed = null
      await sleep(clock, rest, signal)
    }
    this.#settle(landed)
    this.#cancelRetry?.()
  }

  #idle(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        signal.removeEventListener('abort', end)
        this.#wake = () => {}
        resolve()
      }
      this.#wake = end
      signal.addEventListener('abort', end)
    })
  }

  #take(): Step<Change>[] {
    const queue = this.#inOrder.find((each) => each.size > 0) ?? this.#queues.last
    const batch: Step<Change>[] = []
    for (const [address, seenAt] of queue) {
      if (batch.length >= this.#options.chunk) break
      queue.delete(address)
      const change = this.#options.plan(address)
      if (change === null) continue
      batch.push({ address, change, seenAt })
      this.#inFlight.add(address)
    }
    return batch
  }

  #settle(landed: Landed<Change> | null): void {
    if (landed === null) return
    const { batch, outcomes } = landed
    for (const { address } of batch) this.#inFlight.delete(address)
    batch.forEach((step, at) => this.#settleOne(step, outcomes[at]))
  }

  #settleOne({ address, change, seenAt }: Step<Change>, outcome: Outcome | undefined): void {
    if (outcome === undefined) throw new Error('A target must give one outcome for each change.')
    const markedAt = this.#markedInFlight.get(address)
    this.#markedInFlight.delete(address)
    // Before it is recorded: recording marks the address.
    if (outcome.kind === 'done') this.#retry.reset()
    else this.#failed.set(address, { change: asText(change), retryable: outcome.error.retryable })
    this.#options.record(address, change, outcome, seenAt)
    this.mark(address, markedAt ?? this.#options.clock.now())
    if (this.#failed.get(address)?.retryable === true) {
      this.#cancelRetry ??= this.#options.clock.timer(this.#retry.next(), () => this.#retryDue())
    }
  }

  #retryDue(): void {
    this.#cancelRetry = null
    this.#retryFailed(({ retryable }) => retryable)
  }

  #retryFailed(which: (failure: Failure) => boolean): void {
    const now = this.#options.clock.now()
    for (const [address, failure] of Array.from(this.#failed)) {
      if (!which(failure)) continue
      this.#failed.delete(address)
      this.mark(address, now)
    }
  }
}

function changesOf<Change>(batch: readonly Step<Change>[]): Change[] {
  return batch.map(({ change }) => change)
}

/** Changes are plain data, made by the same code: their keys stand in the same order. */
function asText(change: unknown): string {
  return JSON.stringify(change)
}
