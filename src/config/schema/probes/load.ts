import { z } from 'zod'

import type { MemoryLimit } from '../../../domain/config.js'
import { leaf, shown, textWith, Wrong } from '../leaf.js'
import { wholeNumber } from '../scalars.js'

const units = { K: 1024, M: 1024 ** 2, G: 1024 ** 3, T: 1024 ** 4 } as const

const memory = textWith<MemoryLimit>(
  { description: 'Least memory available: 512M, 4G (powers of 1024) or 10% of all', pattern: '^[0-9.]+[KMGT%]$' },
  (written) => {
    const remedy = 'Write a number with K, M, G or T, such as 512M, or a share such as 10%'
    const [, number, unit] = /^(\d+(?:\.\d+)?)([KMGT%])$/.exec(written) ?? []
    if (number === undefined) return new Wrong(`\`${written}\` is no amount of memory`, remedy)
    if (unit !== '%') return { kind: 'bytes', bytes: Math.round(Number(number) * units[unit as keyof typeof units]) }
    if (Number(number) >= 100) return new Wrong(`\`${written}\` is never available`, remedy)
    return { kind: 'percent', percent: Number(number) }
  },
)

const loadAverage = leaf<number>(
  { type: 'number', exclusiveMinimum: 0, description: 'Most load, as the mean of the last minute, of the whole host' },
  (written) =>
    typeof written === 'number' && written > 0 && written <= 1e6
      ? written
      : new Wrong(`${shown(written)} is no load`, 'Write a number above 0, unquoted'),
)

export const loadShape = {
  type: z.literal('load').meta({ description: 'The host is within the limits' }),
  maxLoad1m: loadAverage.optional(),
  minMemoryAvailable: memory.optional(),
  maxOpenFiles: wholeNumber(1, Number.MAX_SAFE_INTEGER, 'Most open files of all processes').optional(),
}
