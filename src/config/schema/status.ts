import { leaf, shown, Wrong } from './leaf.js'

/** Inclusive. */
export type StatusRange = readonly [number, number]

const one = [
  { type: 'integer', minimum: 100, maximum: 599 },
  { type: 'string', pattern: '^[1-5][0-9]{2}(-[1-5][0-9]{2})?$' },
]

/** HTTP status codes that pass: `200`, `"200-399"`, or a list of such. */
export const statusRanges = leaf<readonly StatusRange[]>(
  {
    anyOf: [...one, { type: 'array', items: { anyOf: one }, minItems: 1 }],
    description: 'Status codes that pass: 200, "200-399", or a list of such; default "200-399"',
  },
  (written) => {
    const items: readonly unknown[] = Array.isArray(written) ? written : [written]
    const ranges = items.map(parseRange)
    const wrong = items.find((_, at) => ranges[at] === undefined)
    const remedy = 'Write a code from 100 to 599, a range "200-399", or a list of such'
    if (items.length === 0) return new Wrong('an empty list accepts no status', remedy)
    if (wrong !== undefined) return new Wrong(`${shown(wrong)} is not a status`, remedy)
    return ranges.filter((range) => range !== undefined)
  },
)

function parseRange(written: unknown): StatusRange | undefined {
  if (typeof written !== 'number' && typeof written !== 'string') return undefined
  const [, first, last] = /^(\d{3})(?:-(\d{3}))?$/.exec(String(written)) ?? []
  const range = [Number(first), Number(last ?? first)] as const
  return range[0] >= 100 && range[0] <= range[1] && range[1] <= 599 ? range : undefined
}
