import type { Recording } from './recording.js'
import type { StepResult } from './step.js'

/** Titles of the columns, and a row per step; columns in which no step has anything are left out. */
export function tableOf({ steps }: Pick<Recording, 'steps'>): readonly (readonly string[])[] {
  const extra = [...new Set(steps.flatMap(({ measured = {} }) => Object.keys(measured)))]
  const head = ['', 'step', 'router followed after', 'requests lost', 'slowest answer', 'answered by', ...extra]
  const rows = steps.map((step) => [
    step.ok ? 'ok' : 'FAILED',
    step.title,
    step.routeAt === null ? none : duration(step.routeAt - step.at),
    step.sent === 0 ? none : `${step.lost} of ${step.sent}`,
    step.slowest === null ? none : duration(step.slowest),
    answers(step),
    ...extra.map((title) => step.measured?.[title] ?? none),
  ])
  const used = head.map((_, column) => rows.some((row) => row[column] !== none))
  return [head, ...rows].map((row) => row.filter((_, column) => used[column]))
}

const none = '–'

function answers({ byHost }: StepResult): string {
  const counts = Object.entries(byHost).toSorted(([a], [b]) => a.localeCompare(b))
  return counts.map(([host, count]) => `${host} ${count}`).join(', ') || none
}

/** For a terminal: columns below each other. */
export function plainTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  const line = (row: readonly string[]): string => row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  ')
  return rows.map((row) => line(row).trimEnd()).join('\n')
}

/** For a page of the documents. */
export function markdownTable([head = [], ...rows]: readonly (readonly string[])[]): string {
  const line = (row: readonly string[]): string => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), `|${' --- |'.repeat(head.length)}`, ...rows.map(line), ''].join('\n')
}

export function duration(ms: number): string {
  if (ms < 10) return `${ms.toFixed(1)} ms`
  if (ms < 1000) return `${ms.toFixed(0)} ms`
  return `${(ms / 1000).toFixed(1)} s`
}
