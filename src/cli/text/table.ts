import type { Style } from './style.js'

/** A cell: a text, or a list that may be shortened to its first items and the number of those left out. */
export type Cell = string | readonly string[]

/** Gives a whole cell its colour, by the text in it. */
export type Paint = (text: string, style: Style) => string

export interface Column {
  readonly head: string
  readonly paint?: Paint
}

const gap = 2

/** Longest name that widens the first column; a longer one stands on a line of its own. */
const widestName = 24

/** Longest list that widens a column which others follow, where the table is too wide without that. */
const widestList = 20

/** Where a row goes on that did not fit into one line. */
const indent = 4

/**
 * A table whose lines are no longer than `columns`, if at all possible: lists are shortened, and a row that is too long
 * even so goes on in the next line, always between two cells. Trailing empty cells are left out.
 */
export function table(
  layout: readonly Column[],
  rows: readonly (readonly Cell[])[],
  columns: number,
  style: Style,
): string {
  const whole = widthsOf(layout, rows, Infinity)
  const widths = total(whole) <= columns ? whole : widthsOf(layout, rows, widestList)
  const lastStart = total(widths.slice(0, -1)) + gap
  const texts = rows.map((row) =>
    row.map((cell, at) => shortened(cell, at === layout.length - 1 ? columns - lastStart : (widths[at] ?? 0))),
  )
  const head = foldRow(
    layout.map((column) => column.head),
    widths,
    columns,
    (text) => style.bold(text),
  )
  const lines = texts.map((row) =>
    foldRow(row, widths, columns, (text, at) => layout[at]?.paint?.(text, style) ?? text),
  )
  return [head, ...lines].map((line) => `${line}\n`).join('')
}

function widthsOf(layout: readonly Column[], rows: readonly (readonly Cell[])[], listLimit: number): number[] {
  return layout.map(({ head }, at) =>
    rows.reduce((width, row) => Math.max(width, widthAt(row[at] ?? '', at, listLimit)), head.length),
  )
}

function widthAt(cell: Cell, at: number, listLimit: number): number {
  const { length } = shortened(cell, listLimit)
  return at === 0 && length > widestName ? 0 : length
}

function total(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width + gap, -gap)
}

/** As many items as fit, the first one in any case. */
function shortened(cell: Cell, width: number): string {
  if (typeof cell === 'string') return cell
  const whole = cell.join(', ')
  if (whole.length <= width) return whole
  for (let count = cell.length - 1; count > 1; count -= 1) {
    const text = `${cell.slice(0, count).join(', ')} +${cell.length - count}`
    if (text.length <= width) return text
  }
  return cell.length > 1 ? `${cell[0]} +${cell.length - 1}` : whole
}

function foldRow(
  row: readonly string[],
  widths: readonly number[],
  columns: number,
  paint: (text: string, at: number) => string,
): string {
  const last = row.findLastIndex((text) => text !== '')
  let lines = ''
  let used = 0
  for (const [at, text] of row.slice(0, last + 1).entries()) {
    if (at > 0 && used + text.length > columns) {
      lines = `${lines.trimEnd()}\n${' '.repeat(indent)}`
      used = indent
    }
    lines += paint(text, at)
    if (at === last) break
    used += (widths[at] ?? 0) + gap
    // A name that is too long for its column: the rest of its row stands below, in its columns.
    if (text.length > (widths[at] ?? 0)) lines += `\n${' '.repeat(used)}`
    else lines += ' '.repeat((widths[at] ?? 0) - text.length + gap)
  }
  return lines
}
