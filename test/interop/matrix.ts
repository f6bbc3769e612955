import { columns, type Column } from './rows.js'

/** What came of one column's tests over one row. */
export interface Cell {
  readonly passed: number
  readonly failed: number
  /** The file that holds what they said. */
  readonly log: string
}

export interface ResultRow {
  readonly software: string
  readonly place: string
  readonly debian: string
  /** The version of the package that was found; null when there is none to be had, and `reason` says why. */
  readonly version: string | null
  readonly reason: string | null
  /** Those that are tried with it. */
  readonly columns: readonly Column[]
  readonly cells: Readonly<Partial<Record<Column, Cell>>>
}

/** The matrix for people, what failed and what could not be had below it. */
export function renderMatrix(results: readonly ResultRow[]): string {
  const head = ['', 'version', 'Debian', 'where', ...columns]
  const body = results.map((row) => [
    row.software,
    row.version ?? 'not to be had',
    row.debian,
    row.place,
    ...columns.map((column) => (row.columns.includes(column) ? renderCell(row.cells[column]) : '–')),
  ])
  const widths = head.map((_, at) => Math.max(...[head, ...body].map((line) => line[at]?.length ?? 0)))
  const lines = [head, ...body].map((line) =>
    line
      .map((text, at) => text.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  return [...lines, ...results.flatMap(remarks)].join('\n')
}

function renderCell(cell: Cell | undefined): string {
  if (cell === undefined) return 'not tried'
  const { passed, failed } = cell
  return failed === 0 ? `passed ${passed}` : `FAILED ${failed} of ${passed + failed}`
}

function remarks({ software, debian, reason, cells }: ResultRow): string[] {
  const failures = Object.values(cells).flatMap(({ failed, log }) => (failed > 0 ? [log] : []))
  return [
    ...(reason === null ? [] : [`${software} of Debian ${debian}: ${reason}`]),
    ...failures.map((log) => `what failed: ${log}`),
  ]
}
