/** One line of the bench's table. */
export interface BenchRow {
  readonly name: string
  readonly unit: string
  readonly value: number
  /** 95th percentile, where the value is a median. */
  readonly p95: number | null
  /** The least that could be had, measured in the same run; null where there is none. */
  readonly floor: number | null
  /** The most that the value may be; null: shown, not judged. */
  readonly limit: number | null
}

export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN
}

/** The median of many measurements as a row. */
export function medianRow(
  name: string,
  values: readonly number[],
  { unit = 'ms', floor = null, limit = null }: { unit?: string; floor?: number | null; limit?: number | null } = {},
): BenchRow {
  return { name, unit, value: quantile(values, 0.5), p95: quantile(values, 0.95), floor, limit }
}

/** Another quantile of them; 1 is the worst. */
export function quantileRow(
  name: string,
  values: readonly number[],
  part: number,
  { floor = null, limit = null }: { floor?: number | null; limit?: number | null } = {},
): BenchRow {
  return { name, unit: 'ms', value: quantile(values, part), p95: null, floor, limit }
}

export function met({ value, limit }: BenchRow): boolean {
  return limit === null || value <= limit
}

export function renderRows(rows: readonly BenchRow[]): string {
  const number = (value: number | null): string => (value === null ? '-' : value.toFixed(value < 10 ? 2 : 1))
  const cells = rows.map((row) => [
    row.name,
    `${number(row.value)} ${row.unit}`,
    number(row.p95),
    number(row.floor),
    row.floor === null ? '-' : (row.value / row.floor).toFixed(2),
    number(row.limit),
    row.limit === null ? '' : met(row) ? 'reached' : 'MISSED',
  ])
  const table = [['what', 'value', 'p95', 'floor', 'ratio', 'limit', ''], ...cells]
  const widths = (table[0] ?? []).map((_, at) => Math.max(...table.map((row) => (row[at] ?? '').length)))
  const line = (row: readonly string[]): string =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd()
  return table.map(line).join('\n')
}
