import assert from 'node:assert/strict'
import { TargetError, type Outcome, type TargetErrorCode } from '../../../src/domain/target.js'
import { Lane } from '../../../src/daemon/lane.js'
import { createFakeClock, type FakeClock } from '../../support/fake-clock.js'

/** `+a` puts a there, `-a` takes it away. */
export type Change = `${'+' | '-'}${string}`

export const done: Outcome = { kind: 'done' }
export const failed = (code: TargetErrorCode): Outcome => ({ kind: 'failed', error: new TargetError(code, code) })
export const unsure: Outcome = { kind: 'unsure', error: new TargetError('timeout', 'no answer') }

interface Batch {
  readonly changes: readonly Change[]
  readonly signal: AbortSignal
  readonly answer: (...outcomes: readonly Outcome[]) => Promise<void>
}

/** A lane into a target whose answers the test gives; what is wanted and what is there are two sets. */
export class LaneWorld {
  readonly clock: FakeClock = createFakeClock()
  readonly wanted = new Set<string>()
  readonly there = new Set<string>()
  readonly batches: Batch[] = []
  readonly recorded: string[] = []
  readonly reactions: number[] = []
  readonly lane: Lane<Change>
  readonly #stop = new AbortController()
  readonly #run: Promise<void>
  /** What else happens when an outcome is recorded. */
  whenRecorded: (address: string) => void = () => {}

  constructor({ chunk = 3, gap = 0 } = {}) {
    this.lane = new Lane<Change>({
      target: { apply: (changes, signal) => this.#apply(changes, signal) },
      plan: (address) => this.#plan(address),
      urgency: (change) => (change.startsWith('-') ? 'first' : 'next'),
      record: (address, change, outcome, seenAt) => this.#record(address, change, outcome, seenAt),
      chunk,
      gap,
      clock: this.clock,
      random: () => 0.5,
    })
    this.#run = this.lane.run(this.#stop.signal)
  }

  /** Wants addresses, or no longer wants them, and marks them. */
  async want(on: boolean, ...addresses: readonly string[]): Promise<void> {
    for (const address of addresses) {
      if (on) this.wanted.add(address)
      else this.wanted.delete(address)
      this.lane.mark(address, this.clock.now())
    }
    await this.clock.settle()
  }

  /** The changes of each batch that was sent. */
  get sent(): string[] {
    return this.batches.map(({ changes }) => changes.join(' '))
  }

  answer(...outcomes: readonly Outcome[]): Promise<void> {
    const batch = this.batches.at(-1)
    assert.ok(batch !== undefined, 'nothing was sent')
    return batch.answer(...outcomes)
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#run
  }

  abort(): { ended: () => boolean } {
    let over = false
    void this.#run.then(() => (over = true))
    this.#stop.abort()
    return { ended: () => over }
  }

  #plan(address: string): Change | null {
    if (this.wanted.has(address) === this.there.has(address)) return null
    return this.wanted.has(address) ? `+${address}` : `-${address}`
  }

  #apply(changes: readonly Change[], signal: AbortSignal): Promise<readonly Outcome[]> {
    return new Promise((resolve) => {
      const answer = (...outcomes: readonly Outcome[]): Promise<void> => {
        resolve(changes.map((_, at) => outcomes[at] ?? outcomes.at(-1) ?? done))
        return this.clock.settle()
      }
      this.batches.push({ changes, signal, answer })
    })
  }

  #record(address: string, change: Change, outcome: Outcome, seenAt: number): void {
    this.recorded.push(`${change} ${outcome.kind}`)
    this.reactions.push(this.clock.now() - seenAt)
    if (outcome.kind === 'done') {
      if (change.startsWith('+')) this.there.add(address)
      else this.there.delete(address)
    }
    this.whenRecorded(address)
  }
}
