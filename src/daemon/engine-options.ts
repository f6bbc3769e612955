import type { Prefix } from '../domain/address.js'
import type { CheckInstance } from '../domain/check-instance.js'
import type { CheckState } from '../domain/check-verdict.js'
import type { Config, DaemonRouterConfig, TripwiresConfig } from '../domain/config.js'
import type { SourceRoutesTarget } from '../domain/kernel-route.js'
import type { RouterSessions } from '../domain/router-sessions.js'
import type { ArpTarget, KernelTarget } from '../domain/target.js'
import type { TripwireStatus } from '../domain/tripwire.js'
import type { Clock } from '../platform/clock.js'
import type { RouterHandle } from '../routers/kinds.js'
import type { Telemetry } from '../control/telemetry.js'
import type { EventLog } from './event-log.js'
import type { Journal } from './journal.js'
import type { RequestStore } from './request-store.js'

/** One result of one check. */
export interface CheckReport {
  readonly instance: CheckInstance
  readonly state: CheckState
  readonly previous: CheckState
  /** When the probe ended, on the monotonic clock. */
  readonly at: number
}

/** The checks, as the engine uses them. */
export interface CheckRunner {
  states(): ReadonlyMap<
    string,
    { readonly state: CheckState; readonly lastAt: number | null; readonly nextAt: number | null }
  >
  update(instances: readonly CheckInstance[], tripwires: TripwiresConfig): void
  /** By instance key; null for a check that has no tripwire. */
  tripwire(key: string): TripwireStatus | null
  run(signal: AbortSignal): Promise<void>
}

export interface EngineOptions {
  readonly config: Config
  readonly kernel: KernelTarget
  readonly arp: ArpTarget
  readonly sourceRoutes: SourceRoutesTarget
  /** `pools` grows when a reload adds one. */
  readonly createRouter: (config: DaemonRouterConfig, pools: readonly Prefix[]) => RouterHandle
  readonly createChecks: (hooks: {
    readonly holds: (address: string) => 'held' | 'absent' | 'foreign'
    readonly sessions: (router: string) => RouterSessions
    readonly onReport: (report: CheckReport) => void
    /** Takes a sentence for the log. */
    readonly tell: (text: string) => void
  }) => CheckRunner
  readonly journal: Journal
  readonly requests: RequestStore
  readonly events: EventLog
  readonly telemetry: Telemetry
  readonly clock: Clock
  readonly random: () => number
}
