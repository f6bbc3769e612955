import { TargetError, type Hint, type Outcome } from '../../src/domain/target.js'
import type { Random } from './random.js'
import { pause } from '../support/simulated-time.js'
import type { Referee } from './referee.js'
import type { FakeClock } from '../support/fake-clock.js'

/**
 * How a target behaves. `down`: it refuses connections. `hung`: it answers nothing, and whether it did what it was asked
 * shows later. `flaky`: now and then it fails, or breaks off before or after the change was made.
 */
export type Weather = 'fine' | 'down' | 'hung' | 'flaky'

/** One life of the daemon, as the worlds see it: from a dead one nothing more arrives, and it hears nothing more. */
export interface Caller {
  readonly dead: boolean
  /** Resolves when it does not stand still. */
  awake(): Promise<void>
}

export interface Surroundings {
  readonly clock: FakeClock
  readonly random: Random
  readonly referee: Referee
}

/** Milliseconds until somebody who waits for a target that hangs gives up. */
const patience = 1_000

const never = new Promise<never>(() => {})

interface Pending<Change> {
  readonly caller: Caller
  readonly changes: readonly Change[]
}

type Fate = 'made' | 'failed' | 'refused' | 'unsure, made' | 'unsure, not made'

/** What the worlds of the kernel and of the routers share: delays, faults and hints. */
export abstract class SimTarget<Change extends { readonly kind: string }, Observed> {
  weather: Weather = 'fine'
  /** Whether it can't be listed, though it takes changes. */
  blind = false
  /** Changes that were asked for and are not answered. */
  inFlight = 0
  /** How many changes were ever asked for. */
  asked = 0
  readonly #listeners = new Set<(hint: Hint) => void>()
  readonly #pending = new Set<Pending<Change>>()
  readonly #recent = new Map<string, number[]>()

  constructor(
    readonly name: string,
    protected readonly around: Surroundings,
  ) {}

  /** Makes a change; a text says why it can't be made, and would not be if it were asked again. */
  protected abstract make(change: Change): string | null
  protected abstract list(): Observed
  protected abstract words(change: Change): string
  /** Called when changes leave the daemon. */
  protected abstract sent(changes: readonly Change[]): void

  async apply(caller: Caller, changes: readonly Change[], signal: AbortSignal): Promise<readonly Outcome[]> {
    if (caller.dead) return never
    this.asked += changes.length
    this.inFlight += changes.length
    for (const change of changes) this.#countRepeats(change)
    this.around.referee.note(() => `-> ${this.name}: ${changes.map((change) => this.words(change)).join(', ')}`)
    this.sent(changes)
    const pending = { caller, changes }
    this.#pending.add(pending)
    const outcomes = await this.#carryOut(pending, signal)
    this.inFlight -= changes.length
    await caller.awake()
    return caller.dead ? never : outcomes
  }

  /** The daemon died: what it had asked for was on its way, or is lost with it. */
  hangUp(caller: Caller): void {
    for (const pending of this.#pending) {
      if (pending.caller !== caller) continue
      this.#pending.delete(pending)
      if (this.around.random.chance(0.5)) continue
      for (const change of pending.changes) this.#outcome(change, this.weather === 'down' ? 'failed' : 'unsure, made')
    }
  }

  async observe(caller: Caller, signal: AbortSignal): Promise<Observed> {
    const { clock, random } = this.around
    if (caller.dead) return never
    await pause(clock, random.between(0.5, 5))
    if (this.weather === 'hung' || this.blind) await this.#wait(patience, signal)
    const seen = this.list()
    await pause(clock, random.between(0.5, 5))
    await caller.awake()
    if (caller.dead) return never
    if (signal.aborted) throw new TargetError('timeout', `listing ${this.name} was stopped`)
    if (this.weather === 'down') throw new TargetError('unreachable', `${this.name} is down`)
    const fails = this.blind || this.weather === 'hung' || (this.weather === 'flaky' && random.chance(0.4))
    if (fails) throw new TargetError('timeout', `${this.name} did not list`)
    this.delivered(seen)
    return seen
  }

  /** Called with what the daemon is going to hear. */
  protected answered(_change: Change, _outcome: Outcome): void {}

  /** Called when the daemon is handed a listing. */
  protected delivered(_seen: Observed): void {}

  async *hints(caller: Caller, signal: AbortSignal): AsyncGenerator<Hint> {
    const waiting: Hint[] = this.weather === 'down' ? [] : [{ kind: 'connected' }]
    let wake = (): void => {}
    const listener = (hint: Hint): void => {
      waiting.push(hint)
      wake()
    }
    const end = (): void => wake()
    this.#listeners.add(listener)
    signal.addEventListener('abort', end)
    while (!signal.aborted && !caller.dead) {
      await caller.awake()
      const hint = waiting.shift()
      if (hint !== undefined) yield hint
      else await new Promise<void>((resolve) => (wake = resolve))
    }
    this.#listeners.delete(listener)
    signal.removeEventListener('abort', end)
  }

  /** Tells it to those who listen, after a while. */
  hint(hint: Hint, delay = this.around.random.between(0, 20)): void {
    this.around.clock.timer(delay, () => {
      for (const listener of this.#listeners) listener(hint)
    })
  }

  async #carryOut(pending: Pending<Change>, signal: AbortSignal): Promise<Outcome[]> {
    const { clock, random } = this.around
    await pause(clock, random.between(0.1, 2))
    if (this.weather === 'hung') await this.#wait(patience, signal)
    if (!this.#pending.delete(pending)) return []
    const outcomes = pending.changes.map((change) => this.#outcome(change, this.#fate()))
    await pause(clock, random.between(0.1, 2))
    return outcomes
  }

  #fate(): Fate {
    const { random } = this.around
    if (this.weather === 'down') return 'failed'
    if (this.weather === 'hung') return random.pick(['unsure, made', 'unsure, not made'])
    if (this.weather === 'fine' || random.chance(0.5)) return 'made'
    return random.pick(['failed', 'refused', 'unsure, made', 'unsure, not made'])
  }

  #outcome(change: Change, fate: Fate): Outcome {
    const said = fate === 'made' || fate === 'unsure, made' ? this.make(change) : null
    const outcome = this.#answer(fate, said)
    this.answered(change, outcome)
    const heard = outcome.kind === 'done' ? 'done' : `${fate}: ${said ?? outcome.error.code}`
    this.around.referee.note(() => `   ${this.name}: ${this.words(change)}: ${heard}`)
    return outcome
  }

  #answer(fate: Fate, said: string | null): Outcome {
    if (said !== null) return { kind: 'failed', error: new TargetError('rejected', said) }
    if (fate === 'made') return { kind: 'done' }
    if (fate === 'refused') return { kind: 'failed', error: new TargetError('rejected', `${this.name} refused`) }
    if (fate === 'failed') return { kind: 'failed', error: new TargetError('unreachable', `${this.name} is down`) }
    return { kind: 'unsure', error: new TargetError('timeout', `${this.name} did not answer`) }
  }

  /** Until the time is over, it no longer hangs, or the caller has enough. */
  async #wait(ms: number, signal: AbortSignal): Promise<void> {
    const { clock } = this.around
    const end = clock.now() + ms
    const stuck = (): boolean => this.weather === 'hung' || this.blind
    while (clock.now() < end && !signal.aborted && stuck()) await pause(clock, Math.min(50, end - clock.now()))
  }

  /** A change that is asked for again and again without a pause takes the host down with it. */
  #countRepeats(change: Change): void {
    const { clock, referee } = this.around
    const key = this.words(change)
    const recent = (this.#recent.get(key) ?? []).filter((at) => clock.now() - at < 1_000)
    recent.push(clock.now())
    this.#recent.set(key, recent)
    referee.judge(
      'backs off',
      recent.length <= 25,
      () => `${this.name} was asked ${recent.length} times a second: ${key}`,
    )
  }
}
