import type { TestContext } from 'node:test'

import type { CheckReport, Scheduler } from '../../src/checks/scheduler.js'
import { createScheduler } from '../../src/checks/scheduler.js'
import type { Holds } from '../../src/checks/shared-check.js'
import type { CheckInstance } from '../../src/domain/check-instance.js'
import { checkInstance, tcpProbe } from './check-instance.js'
import type { FakeClock } from './fake-clock.js'
import { createFakeClock } from './fake-clock.js'
import type { FakeServices } from './fake-prober.js'
import { createFakeServices } from './fake-prober.js'
import { scriptedRunner } from './scripted-runner.js'

/** A scheduler over fake services, on a clock that a test moves; it ends with the test. */
export interface SchedulerWorld {
  readonly clock: FakeClock
  readonly services: FakeServices
  readonly scheduler: Scheduler
  readonly reports: CheckReport[]
  /** `web/tcp passing: connected`, one for each change of a verdict. */
  readonly changes: () => string[]
  readonly stop: () => Promise<void>
}

export function schedulerWorld(
  t: TestContext,
  options: { holds?: Holds; onReport?: (report: CheckReport) => void } = {},
): SchedulerWorld {
  const clock = createFakeClock()
  const services = createFakeServices(() => clock.now())
  const reports: CheckReport[] = []
  const scheduler = createScheduler({
    clock,
    runner: scriptedRunner([]),
    sessions: () => ({ kind: 'unobserved' }),
    random: () => 0.25,
    kinds: services.kinds,
    holds: options.holds ?? (() => 'foreign'),
    onReport: (report) => {
      reports.push(report)
      options.onReport?.(report)
    },
  })
  const ending = new AbortController()
  const run = scheduler.run(ending.signal)
  const stop = async (): Promise<void> => {
    ending.abort()
    await clock.advance(1_000)
    await run
  }
  t.after(stop)
  const changes = (): string[] =>
    reports
      .filter(({ state, previous }) => state.verdict !== previous.verdict)
      .map(({ instance, state }) => `${instance.vip}/${instance.check.name} ${state.verdict}: ${state.last?.detail}`)
  return { clock, services, scheduler, reports, changes, stop }
}

/** A tcp check of a host. */
export const at = (host: string, over: Parameters<typeof checkInstance>[0] = {}): CheckInstance =>
  checkInstance({ ...over, probe: tcpProbe({ host }) })

/** Distances between the times at which probes were sent. */
export const gaps = (times: readonly number[]): number[] =>
  times.slice(1).map((time, n) => Math.round(time - times.at(n)!))
