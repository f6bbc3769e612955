import type { FakeClock } from '../support/fake-clock.js'

/** An invariant of the architecture, by its number, or another promise of the core. */
export type Rule = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 'converges' | 'is quiet' | 'backs off' | 'refreshes'

export interface Violation {
  readonly rule: Rule
  readonly text: string
  /** What happened until then, oldest first. */
  readonly trace: readonly string[]
}

/** Most lines of a trace that are kept. */
const most = 3_000

/** Watches one simulated run: writes down what happens, and which rules were kept and broken. */
export class Referee {
  readonly violations: Violation[] = []
  /** How often each rule was put to the test. */
  readonly judged = new Map<Rule, number>()
  readonly #trace: string[] = []
  readonly #startedAt: number

  /** Writing down costs more than all else: a seed is played without, and again with it when it broke a rule. */
  constructor(
    private readonly clock: FakeClock,
    private readonly writes: boolean,
  ) {
    this.#startedAt = clock.now()
  }

  note(text: () => string): void {
    if (!this.writes) return
    this.#trace.push(`${(this.clock.now() - this.#startedAt).toFixed(1).padStart(10)} ${text()}`)
    if (this.#trace.length > 2 * most) this.#trace.splice(0, most)
  }

  judge(rule: Rule, kept: boolean, broken: () => string): void {
    this.judged.set(rule, (this.judged.get(rule) ?? 0) + 1)
    if (kept) return
    const text = broken()
    this.note(() => `BROKEN ${rule}: ${text}`)
    this.violations.push({ rule, text, trace: [...this.#trace] })
  }
}
