import type { LookupFunction } from 'node:net'

import type { ProbeResult } from '../domain/check-verdict.js'
import type { CheckCommon, Probe } from '../domain/config.js'
import type { RouterSessions } from '../domain/router-sessions.js'
import type { Clock } from '../platform/clock.js'
import type { ProcessRunner } from '../platform/process.js'

/**
 * What a prober says of one probe; who ran it adds how long it took. Here `conclusive` says that nobody listens; it counts
 * only in a probe that the kernel's notice triggered.
 */
export type Finding =
  | Omit<ProbeResult, 'duration'>
  /** It was told to stop. `lacking` says what had not come by then, so that ` within 500 ms` can follow. */
  | { readonly outcome: 'aborted'; readonly lacking: string }

/** One probe of a configuration, ready to be sent again and again, never twice at a time. */
export interface Prober {
  /**
   * What has to be before each probe: code is loaded, a helper started, a turn to start a program awaited; undefined when
   * there is nothing to wait for. It takes no time of the service's.
   */
  readonly load?: () => Promise<void> | undefined
  /**
   * Sends one. What the service does wrong is a finding, never an error. When the signal aborts it lets go of all that it
   * holds and ends at once.
   */
  probe(signal: AbortSignal): Promise<Finding>
  /** For a kind that hears of changes by itself: calls back, until it is closed, when a probe would find something new. */
  readonly watch?: (changed: () => void) => void
  /** Lets go of what is kept between probes. */
  close(): void
}

/** What probers share. */
export interface ProbeTools {
  readonly clock: Clock
  /** Resolves names without letting a dead resolver take all of Node's threads. */
  readonly lookup: LookupFunction
  readonly runner: ProcessRunner
  /** What the daemon knows of the sessions of a router. */
  readonly sessions: (router: string) => RouterSessions
}

/** How often a probe is sent: kinds that share an answer between probes know from it how old one may be. */
export type ProbeTiming = Pick<CheckCommon, 'interval' | 'fastInterval' | 'timeout'>

/** A kind of check: one file, and one line in the table of kinds. */
export interface ProbeKind<P extends Probe> {
  /** The host that it is aimed at, as written; null when it is aimed at none. */
  readonly target: (probe: P) => string | null
  readonly create: (probe: P, tools: ProbeTools, timing: ProbeTiming) => Prober
}

/** The table of kinds: every type has its line, or it does not compile. */
export type ProbeKinds = { readonly [T in Probe['type']]: ProbeKind<Extract<Probe, { readonly type: T }>> }

/** One thing for all probers that were made with the same tools. */
export function sharedBy<T>(make: (tools: ProbeTools) => T): (tools: ProbeTools) => T {
  const made = new WeakMap<ProbeTools, T>()
  return (tools) => {
    const thing = made.get(tools) ?? make(tools)
    made.set(tools, thing)
    return thing
  }
}

export function passed(detail: string): Finding {
  return { outcome: 'pass', detail, conclusive: false }
}

export function failed(detail: string): Finding {
  return { outcome: 'fail', detail, conclusive: false }
}

/** Nobody listens where the check is aimed at. */
export function refused(detail: string): Finding {
  return { outcome: 'fail', detail, conclusive: true }
}

/** Nothing was tested, for a reason that lies on this side. */
export function untested(detail: string): Finding {
  return { outcome: 'unknown', detail, conclusive: false }
}

export function aborted(lacking: string): Finding {
  return { outcome: 'aborted', lacking }
}
