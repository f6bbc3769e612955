import { Counter, Histogram, Registry } from 'prom-client'
import type { Verdict } from '../domain/vote.js'

/** What the daemon reports as it happens; what can be read from the status is read from there instead. */
export interface Telemetry {
  /** A probe of a kind ended, after so many seconds. */
  observeCheck(type: string, seconds: number): void
  /** The verdict of one address of a VIP became another. */
  transition(vip: string, to: Verdict): void
  /** A router acknowledged what an event led to, so many seconds after the event was seen. */
  reaction(seconds: number): void
  /** A full observation found something else than believed, and it is being put right. */
  correction(target: string): void
}

/** Counts it, for the metrics page. */
export interface Meters extends Telemetry {
  readonly registry: Registry
  /** Counted per VIP and rendered with the status: in the registry, thousands of them would be rendered in one go. */
  readonly transitions: ReadonlyMap<string, Readonly<Record<Verdict, number>>>
  /** Forgets VIPs that are no more. */
  keepOnly(vips: ReadonlySet<string>): void
}

export function createMeters(): Meters {
  const registry = new Registry()
  const checks = new Histogram({
    name: 'vipcast_check_duration_seconds',
    help: 'Duration of probes by kind of check.',
    labelNames: ['type'],
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [registry],
  })
  const reactions = new Histogram({
    name: 'vipcast_reaction_seconds',
    help: "From seeing an event to a router's acknowledgement of what it led to.",
    buckets: [0.0005, 0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128, 0.25, 0.5, 1, 2, 5],
    registers: [registry],
  })
  const corrections = new Counter({
    name: 'vipcast_corrections_total',
    help: 'Differences between what was believed and what a full observation found.',
    labelNames: ['target'],
    registers: [registry],
  })
  const transitions = new Map<string, Record<Verdict, number>>()
  return {
    registry,
    transitions,
    observeCheck: (type, seconds) => checks.labels(type).observe(seconds),
    transition: (vip, to) => {
      const counts = transitions.get(vip) ?? { up: 0, degraded: 0, down: 0, unknown: 0 }
      counts[to] += 1
      transitions.set(vip, counts)
    },
    reaction: (seconds) => reactions.observe(seconds),
    correction: (target) => corrections.labels(target).inc(),
    keepOnly: (vips) => {
      for (const vip of transitions.keys()) if (!vips.has(vip)) transitions.delete(vip)
    },
  }
}
