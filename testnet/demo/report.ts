import type { RouteEvent } from '../observe/route-events.js'
import type { StepResult } from './step.js'
import type { Request } from './traffic.js'

/** All that was measured, as written to the JSON file. Times are milliseconds since 1970. */
export interface Recording {
  readonly steps: readonly StepResult[]
  readonly requests: readonly Request[]
  readonly routes: readonly RouteEvent[]
}

/** The table at the end: a line per step, and what it saw below. */
export function table(steps: readonly StepResult[]): string {
  const rows = steps.map((step) => [
    step.ok ? 'ok' : 'FAILED',
    step.title,
    step.routeAt === null ? '-' : duration(step.routeAt - step.at),
    `${step.lost} of ${step.sent}`,
    Object.entries(step.byHost)
      .toSorted(([a], [b]) => a.localeCompare(b))
      .map(([host, count]) => `${host} ${count}`)
      .join(', '),
  ])
  const head = ['', 'step', 'router followed after', 'requests lost', 'answered by']
  const widths = head.map((cell, at) => Math.max(...[head, ...rows].map((row) => (row[at] ?? cell).length)))
  return [head, ...rows]
    .map((row) => row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  '))
    .map((line) => line.trimEnd())
    .join('\n')
}

/** `12.3 ms`, `1.28 s`. */
export function duration(ms: number): string {
  return ms < 1000 ? `${ms.toFixed(1)} ms` : `${(ms / 1000).toFixed(2)} s`
}
