import type { z } from 'zod'

import { nearest } from '../nearest.js'
import { type Editor, kindOf, leaf, shown, textWith, Wrong } from './leaf.js'

/** Any text that is not empty. */
export function text(description: string): z.ZodType<string> {
  return textWith({ description, minLength: 1 }, (written) =>
    written === '' ? new Wrong('must not be empty', 'Write a text, or remove the key') : written,
  )
}

/** Any text, the empty one too. */
export function anyText(description: string): z.ZodType<string> {
  return textWith({ description }, (written) => written)
}

export function flag(description: string): z.ZodType<boolean> {
  return leaf({ type: 'boolean', description }, (written) =>
    typeof written === 'boolean'
      ? written
      : new Wrong(`must be true or false, not ${shown(written)}`, 'Write true or false, without quotes'),
  )
}

export function oneOf<const T extends string>(values: readonly T[], description: string): z.ZodType<T> {
  return leaf({ type: 'string', enum: values, description }, (written) => {
    const value = values.find((known) => known === written)
    if (value !== undefined) return value
    const meant = typeof written === 'string' ? nearest(written, values) : undefined
    const list = values.length === 1 ? `Write ${values[0]}` : `Write one of: ${values.join(', ')}`
    return new Wrong(`${shown(written)} is not known here`, meant === undefined ? list : `Did you mean \`${meant}\`?`)
  })
}

/** A whole number; `what` says of what, for the message. */
export function wholeNumber(least: number, most: number, description: string): z.ZodType<number> {
  return leaf({ type: 'integer', minimum: least, maximum: most, description }, (written) => {
    const range = `Write a whole number from ${least} to ${most}`
    if (typeof written !== 'number') return new Wrong(`must be a number, not ${quoted(written)}`, `${range}, unquoted`)
    if (!Number.isInteger(written)) return new Wrong(`must be a whole number, not ${written}`, range)
    if (written < least) return new Wrong(`${written} is less than ${least}`, range)
    return written > most ? new Wrong(`${written} is more than ${most}`, range) : written
  })
}

function quoted(written: unknown): string {
  return typeof written === 'string' ? `the text "${written}"` : kindOf(written)
}

const units = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const

// Node's timers hold 2^31-1 ms; a longer one fires at once.
const longest = 576 * units.h

/** A duration in milliseconds, at least `least` of them. */
export function duration(description: string, least = 0): z.ZodType<number> {
  const editor: Editor = {
    type: 'string',
    pattern: '^[0-9]+(\\.[0-9]+)?(ms|s|m|h)$',
    description,
  }
  return leaf(editor, (written) => parseDuration(written, least))
}

/** One number and one unit as milliseconds, at least `least` of them. */
export function parseDuration(written: unknown, least: number): number | Wrong {
  const remedy = 'Write one number and a unit: 250ms, 1s, 5m or 2h'
  if (typeof written === 'number')
    return new Wrong(`${written} has no unit`, `${remedy}; here ${written}s or ${written}ms`)
  const [, number, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(typeof written === 'string' ? written : '') ?? []
  if (number === undefined) return new Wrong(`${shown(written)} is not a duration`, remedy)
  const value = Math.round(Number(number) * units[unit as keyof typeof units])
  if (value < least) return new Wrong(`${shown(written)} is too short`, `Write at least ${durationText(least)}`)
  return value > longest ? new Wrong(`${shown(written)} is too long`, 'Write at most 576h') : value
}

/** A duration of at least one millisecond. */
export function someTime(description: string): z.ZodType<number> {
  return duration(description, 1)
}

/** A part of a whole, from `1%` to `100%`, as a number from 0.01 to 1. */
export function percentage(description: string): z.ZodType<number> {
  return leaf({ type: 'string', pattern: '^[0-9]+(\\.[0-9]+)?%$', description }, (written) => {
    const remedy = 'Write a number from 1 to 100 and a percent sign: 10%'
    const [, number] = /^(\d+(?:\.\d+)?)%$/.exec(typeof written === 'string' ? written : '') ?? []
    if (number === undefined) return new Wrong(`${shown(written)} is not a percentage`, remedy)
    const value = Number(number)
    return value < 1 || value > 100 ? new Wrong(`${shown(written)} is out of range`, remedy) : value / 100
  })
}

/** Milliseconds as they would be written in the file: `1500ms`, `5s`. */
export function durationText(value: number): string {
  const unit = (['h', 'm', 's'] as const).find((unit) => value >= units[unit] && value % units[unit] === 0) ?? 'ms'
  return `${value / units[unit]}${unit}`
}

/** The name of a router, a VIP or a check: it stands in commands, metrics, logs and in `vip/check@address`. */
export function name(description: string): z.ZodType<string> {
  return textWith({ description, pattern: namePattern.source }, (written) => wrongName(written) ?? written)
}

const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/

export function wrongName(written: string): Wrong | undefined {
  if (namePattern.test(written)) return undefined
  return new Wrong(
    `\`${written}\` can't be a name`,
    'Begin with a letter or a digit; go on with letters, digits, `.`, `_` and `-`; 63 characters at most',
  )
}

export function absolutePath(description: string): z.ZodType<string> {
  return textWith({ description, pattern: '^/' }, (written) =>
    /^\/[^\0]*$/.test(written) ? written : new Wrong(`\`${written}\` is not an absolute path`, 'Begin it with /'),
  )
}

// sockaddr_un holds 108 bytes, the closing NUL among them (unix(7)).
const socketPathBytes = 107

/** The path of a Unix socket. */
export function socketPath(description: string): z.ZodType<string> {
  return textWith(
    { description, pattern: '^/', maxLength: socketPathBytes },
    (written) => wrongSocket(written) ?? written,
  )
}

export function wrongSocket(path: string): Wrong | undefined {
  if (!/^\/[^\0]+$/.test(path)) return new Wrong(`\`${path}\` is not an absolute path`, 'Begin it with /')
  if (new TextEncoder().encode(path).length <= socketPathBytes) return undefined
  return new Wrong(`the path of a socket can't be longer than ${socketPathBytes} bytes`, 'Choose a shorter one')
}

/** A network interface, by the kernel's own rule for names (dev_valid_name). */
export function interfaceName(description: string): z.ZodType<string> {
  return textWith({ description, pattern: '^[^\\s/:]{1,15}$' }, (written) =>
    /^[^\s/:]{1,15}$/.test(written) && written !== '.' && written !== '..'
      ? written
      : new Wrong(`\`${written}\` can't be an interface`, 'Write a name as `ip link` shows it, 15 characters at most'),
  )
}
