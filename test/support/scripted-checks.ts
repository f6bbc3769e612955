import { instanceKey, type CheckInstance } from '../../src/domain/check-instance.js'
import { firstCheckState, type CheckState, type CheckVerdict } from '../../src/domain/check-verdict.js'
import type { CheckReport, CheckRunner } from '../../src/daemon/engine-options.js'
import type { Clock } from '../../src/platform/clock.js'

interface Line {
  instance: CheckInstance
  state: CheckState
}

/** Checks whose verdicts the test decides. */
export class ScriptedChecks implements CheckRunner {
  readonly #lines = new Map<string, Line>()

  constructor(
    private readonly clock: Clock,
    private readonly onReport: (report: CheckReport) => void,
  ) {}

  states(): ReadonlyMap<string, { state: CheckState; lastAt: null; nextAt: null }> {
    return new Map([...this.#lines].map(([key, { state }]) => [key, { state, lastAt: null, nextAt: null }]))
  }

  update(instances: readonly CheckInstance[]): void {
    const keys = new Set(instances.map(instanceKey))
    for (const key of this.#lines.keys()) if (!keys.has(key)) this.#lines.delete(key)
    for (const instance of instances) {
      const line = this.#lines.get(instanceKey(instance))
      if (line === undefined) {
        this.#lines.set(instanceKey(instance), { instance, state: firstCheckState(this.clock.now()) })
      } else line.instance = instance
    }
  }

  tripwire(): null {
    return null
  }

  run(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) resolve()
      else signal.addEventListener('abort', () => resolve())
    })
  }

  /** Keys of the checks, `vip/check`. */
  get keys(): string[] {
    return [...this.#lines.keys()]
  }

  verdict(key: string): CheckVerdict {
    return this.#lines.get(key)?.state.verdict ?? 'unknown'
  }

  report(key: string, verdict: 'passing' | 'failing'): void {
    const line = this.#lines.get(key)
    if (line === undefined) throw new Error(`there is no check ${key}`)
    const previous = line.state
    const now = this.clock.now()
    const outcome = verdict === 'passing' ? 'pass' : 'fail'
    const last = { outcome, detail: `it says ${outcome}`, duration: 1, conclusive: false } as const
    line.state = { verdict, since: previous.verdict === verdict ? previous.since : now, against: null, last }
    this.onReport({ instance: line.instance, state: line.state, previous, at: now })
  }
}
