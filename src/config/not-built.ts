import type { Path } from './problems.js'

/**
 * What the contract names and this release does not have yet: a path with `*` for names and indexes, and the value that
 * is meant, or `any`. Building one means deleting its line here (and writing its schema). `defaults.vip` counts as a VIP
 * and `defaults.check` as a check.
 */
const notBuilt: readonly (readonly [path: string, value: string])[] = [['vips.*.mode', 'exclusive']]

const rows = new Set(notBuilt.map(([path, value]) => `${path}=${value}`))

/** Says what the contract calls this key, or this value of it, when it is not built yet. */
export function notBuiltYet(path: Path, value: unknown): string | undefined {
  const place = pattern(path)
  const key = String(path.at(-1))
  if (rows.has(`${place}=any`)) return `\`${key}\` is not built yet`
  return typeof value === 'string' && rows.has(`${place}=${value}`) ? `${key} \`${value}\` is not built yet` : undefined
}

/** Keys that the contract knows below a path and that are not built: a slip in one of them is still recognised. */
export function keysNotBuilt(path: Path): string[] {
  const parent = pattern([...path, ''])
  return notBuilt.flatMap(([row, value]) => {
    const key = row.slice(parent.length)
    return value === 'any' && row.startsWith(parent) && /^\w+$/.test(key) ? [key] : []
  })
}

/** Values of a key that the contract knows and that are not built. */
export function valuesNotBuilt(path: Path): string[] {
  const place = pattern(path)
  return notBuilt.flatMap(([row, value]) => (row === place ? [value] : []))
}

function pattern(path: Path): string {
  const known = underDefaults(path)
  const named = known[0] === 'vips' || known[0] === 'routers'
  const parts = known.map((part, at) => (typeof part === 'number' ? '[*]' : named && at === 1 ? '.*' : `.${part}`))
  return parts.join('').replace(/^\./, '')
}

function underDefaults([first, second, ...rest]: Path): Path {
  if (first === 'defaults' && second === 'vip') return ['vips', '*', ...rest]
  if (first === 'defaults' && second === 'check') return ['vips', '*', 'checks', 0, ...rest]
  return [first, second, ...rest].filter((part) => part !== undefined)
}
