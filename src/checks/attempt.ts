import type { ProbeResult } from '../domain/check-verdict.js'
import type { Clock } from '../platform/clock.js'
import type { Finding, Prober } from './probe.js'

/** A timer that is later than this was held up by our own event loop, or this process did not run at all. Milliseconds. */
const lateness = 10

/**
 * One probe on its way. Its result is told once, after `timeout` milliseconds at the latest, whatever the prober does.
 * When the loop was blocked over the deadline, the service may have answered in time, or may be waiting for us: what has
 * arrived is taken in first, and the time that we were late is given back once.
 */
export class Attempt {
  readonly #prober: Prober
  readonly #timeout: number
  readonly #noticed: boolean
  readonly #clock: Clock
  readonly #onResult: (result: ProbeResult) => void
  readonly #controller = new AbortController()
  #started = 0
  #phase: 'running' | 'expired' | 'over' = 'running'
  #extended = false
  #cancel = (): void => {}

  /** `noticed`: the kernel told that a socket is gone, so that a refusal is conclusive. */
  constructor(prober: Prober, timeout: number, clock: Clock, onResult: (result: ProbeResult) => void, noticed = false) {
    this.#noticed = noticed
    this.#prober = prober
    this.#timeout = timeout
    this.#clock = clock
    this.#onResult = onResult
  }

  /** Sends the probe, once; resolves when the prober has let go. One that ignores its abort never does. */
  async run(): Promise<void> {
    let finding: Finding
    try {
      this.#started = this.#clock.now()
      const loading = this.#prober.load?.()
      if (loading !== undefined) {
        await loading
        if (this.#phase === 'over') return
        this.#started = this.#clock.now()
      }
      this.#cancel = this.#clock.timer(this.#timeout, () => this.#onDeadline())
      finding = await this.#prober.probe(this.#controller.signal)
    } catch (error) {
      finding = { outcome: 'fail', detail: `the check itself broke: ${String(error)}`, conclusive: false }
    }
    this.#onFinding(finding)
  }

  /** Aborts it; its result is not told any more. */
  stop(): void {
    this.#phase = 'over'
    this.#cancel()
    this.#controller.abort()
  }

  #onFinding(finding: Finding): void {
    if (finding.outcome === 'aborted') this.#tellTimeout(finding.lacking)
    else if (this.#phase === 'expired' && finding.outcome === 'pass') this.#tellTimeout('no answer')
    else this.#tell(finding)
  }

  #onDeadline(): void {
    const late = this.#clock.now() - this.#started - this.#timeout
    this.#cancel = this.#clock.afterIo(() => {
      if (late > lateness && !this.#extended) this.#extend(Math.min(late, this.#timeout))
      else this.#expire()
    })
  }

  #extend(by: number): void {
    this.#extended = true
    this.#cancel = this.#clock.timer(by, () => this.#onDeadline())
  }

  #expire(): void {
    this.#phase = 'expired'
    this.#controller.abort()
    // Until then the prober can say what it was waiting for.
    this.#cancel = this.#clock.afterIo(() => this.#tellTimeout('no answer'))
  }

  #tellTimeout(lacking: string): void {
    this.#tell({ outcome: 'fail', detail: `${lacking} within ${this.#timeout} ms`, conclusive: false })
  }

  #tell(result: Omit<ProbeResult, 'duration'>): void {
    if (this.#phase === 'over') return
    this.#phase = 'over'
    this.#cancel()
    const conclusive = result.conclusive && this.#noticed
    this.#onResult({ ...result, conclusive, duration: this.#clock.now() - this.#started })
  }
}
