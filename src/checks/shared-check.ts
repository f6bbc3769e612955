import type { Address } from '../domain/address.js'
import { parseAddress } from '../domain/address.js'
import type { Shared } from '../domain/check-instance.js'
import type { CheckState, ProbeResult } from '../domain/check-verdict.js'
import { stepCheck } from '../domain/check-verdict.js'
import type { Clock } from '../platform/clock.js'
import { Attempt } from './attempt.js'
import type { Timing } from './cadence.js'
import { nextStart, resumeAt } from './cadence.js'
import { createProber, probeTarget } from './kinds.js'
import type { Prober, ProbeKinds, ProbeTools } from './probe.js'

/** Whether the kernel holds one of our own addresses; `foreign`: it is none of ours. Takes the canonical text. */
export type Holds = (address: string) => 'held' | 'absent' | 'foreign'

/** What a check needs of the scheduler. */
export interface CheckSurroundings {
  readonly kinds: ProbeKinds
  readonly tools: ProbeTools
  readonly clock: Clock
  readonly holds: Holds
  /** Begins a probe as soon as its turn comes. */
  readonly pace: (begin: () => void) => void
}

/** One check in its rhythm: probes, one at a time, and the state that their results make. */
export class SharedCheck {
  readonly #shared: Shared
  readonly #around: CheckSurroundings
  readonly #prober: Prober
  readonly #own: Address | null
  readonly #phase: number
  readonly #onResult: (at: number) => void
  #state: CheckState
  #attempt: Attempt | null = null
  #letGo: Promise<void> = Promise.resolve()
  #lastAt: number | null = null
  #nextAt: number | null = null
  #begunAt = 0
  #cancel = (): void => {}
  #stopped = false
  #skipped = false
  #again = false
  #changed = false
  #noticed = false
  #hurried = false

  /** `phase`, 0 to 1, is its place in its interval. `onResult` is called after each result, when `state` is what it made. */
  constructor(
    shared: Shared,
    state: CheckState,
    phase: number,
    around: CheckSurroundings,
    onResult: (at: number) => void,
  ) {
    this.#shared = shared
    this.#state = state
    this.#phase = phase
    this.#around = around
    this.#onResult = onResult
    this.#prober = createProber(around.kinds, shared.probe, around.tools, shared.check)
    this.#own = aimedAt(around.kinds, shared)
  }

  get timing(): Timing {
    const { check } = this.#shared
    return this.#hurried ? { interval: check.fastInterval, fastInterval: check.fastInterval } : check
  }

  get state(): CheckState {
    return this.#state
  }

  /** When the last probe ended; null before the first. */
  get lastAt(): number | null {
    return this.#lastAt
  }

  /** When the next probe begins; null while one runs, or waits for its turn. */
  get nextAt(): number | null {
    return this.#nextAt
  }

  /** Begins the rhythm. */
  start(delay: number): void {
    this.#prober.watch?.(() => this.#onChange())
    this.#arm(this.#around.clock.now() + delay)
  }

  /** Probes at once, or as soon as the probe on its way has ended. */
  probeNow(): void {
    if (this.#nextAt === null) this.#again = true
    else this.#due(this.#around.clock.now())
  }

  /**
   * The kernel told that a socket of the service is gone: probes at once, and nobody listening is conclusive. The probe on
   * its way may have seen the service before, so that another one follows it.
   */
  notice(): void {
    this.#noticed = true
    this.probeNow()
  }

  /** Probes every fastInterval, whatever the verdict, or as often as usual again. */
  hurry(hurried: boolean): void {
    if (this.#hurried === hurried) return
    this.#hurried = hurried
    if (this.#nextAt === null || this.#stopped) return
    this.#arm(resumeAt(this.#around.clock.now(), this.#state, this.timing, this.#phase))
  }

  /** Ends the rhythm and aborts the probe on its way; resolves when the prober has let go. */
  stop(): Promise<void> {
    this.#stopped = true
    this.#cancel()
    this.#attempt?.stop()
    this.#prober.close()
    return this.#letGo
  }

  /**
   * The prober knows of something new. While the verdict is undecided the rhythm stays as it is: one change is told in
   * several pieces, and each of them would count for `rise` or `fall`.
   */
  #onChange(): void {
    if (this.#nextAt === null) this.#changed = true
    else if (this.#settled) this.#due(this.#around.clock.now())
  }

  get #settled(): boolean {
    return this.#state.verdict !== 'unknown' && this.#state.against === null
  }

  #arm(at: number): void {
    this.#cancel()
    this.#nextAt = at
    this.#cancel = this.#around.clock.timer(at - this.#around.clock.now(), () => this.#onDue(at))
  }

  /** Once in a row: a loop that is always this late must not keep a check from ever being probed. */
  #onDue(at: number): void {
    const now = this.#around.clock.now()
    this.#skipped = !this.#skipped && now - at >= this.timing.interval
    if (this.#skipped) this.#arm(resumeAt(now, this.#state, this.timing, this.#phase))
    else this.#due(at)
  }

  #due(at: number): void {
    this.#cancel()
    this.#nextAt = null
    this.#around.pace(() => this.#begin(at))
  }

  #begin(at: number): void {
    if (this.#stopped) return
    this.#begunAt = at
    const { clock, holds } = this.#around
    const obstacle = this.#obstacle(holds)
    if (obstacle !== null) {
      this.#record({ ...obstacle, duration: 0, conclusive: false })
      return
    }
    const { timeout } = this.#shared.check
    const attempt = new Attempt(this.#prober, timeout, clock, (result) => this.#record(result), this.#noticed)
    this.#noticed = false
    this.#attempt = attempt
    this.#letGo = this.#run(attempt)
  }

  /** An attempt that is over is forgotten: what listens to its signal would keep the whole connection in memory. */
  async #run(attempt: Attempt): Promise<void> {
    await attempt.run()
    if (this.#attempt === attempt) this.#attempt = null
  }

  /** Why no probe can be sent now. */
  #obstacle(holds: Holds): Pick<ProbeResult, 'outcome' | 'detail'> | null {
    if (this.#attempt !== null) return { outcome: 'fail', detail: 'an earlier probe hangs and can not be ended' }
    return this.#own === null ? null : notHeld(this.#own, holds)
  }

  #record(result: ProbeResult): void {
    const { clock } = this.#around
    const now = clock.now()
    this.#state = stepCheck(this.#state, result, this.#shared.check, now)
    this.#lastAt = now
    if (this.#again || (this.#changed && this.#settled)) this.#due(now)
    else this.#arm(nextStart(this.#begunAt, this.#state, this.timing, this.#phase))
    this.#again = false
    this.#changed = false
    this.#onResult(now)
  }
}

/** The literal address that a probe is aimed at; null when that is a name, or nothing. */
export function aimedAt(kinds: ProbeKinds, { probe }: Pick<Shared, 'probe'>): Address | null {
  const host = probeTarget(kinds, probe)
  return host === null ? null : (parseAddress(host) ?? null)
}

/** A probe of an address of ours that is not bound here would test another host that holds it. */
export function notHeld(address: Address, holds: Holds): Pick<ProbeResult, 'outcome' | 'detail'> | null {
  if (holds(address.text) !== 'absent') return null
  return { outcome: 'unknown', detail: `${address.text} is not bound here` }
}
