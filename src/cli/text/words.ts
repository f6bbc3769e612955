import { stripVTControlCharacters } from 'node:util'

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/** A span of time in milliseconds for people, two units at most, rounded down: `3.2s`, `12s`, `2m10s`, `5d4h`. */
export function spanText(milliseconds: number): string {
  const span = Math.max(0, milliseconds)
  if (span < 10 * second) return `${(Math.floor(span / 100) / 10).toFixed(1)}s`
  if (span < minute) return `${Math.floor(span / second)}s`
  if (span < hour) return twoUnits(span, minute, 'm', second, 's')
  if (span < day) return twoUnits(span, hour, 'h', minute, 'm')
  return twoUnits(span, day, 'd', hour, 'h')
}

function twoUnits(span: number, large: number, largeName: string, small: number, smallName: string): string {
  const rest = Math.floor((span % large) / small)
  return `${Math.floor(span / large)}${largeName}${rest === 0 ? '' : `${rest}${smallName}`}`
}

/** The duration of a probe, given in seconds: `0.20 ms`, `3.1 ms`, `45 ms`, `1.2 s`. */
export function durationText(seconds: number): string {
  const milliseconds = seconds * 1000
  if (milliseconds >= 1000) return `${seconds.toFixed(1)} s`
  return `${milliseconds.toFixed(milliseconds < 1 ? 2 : milliseconds < 10 ? 1 : 0)} ms`
}

/** From one RFC 3339 time to another, in milliseconds; 0 when one is missing. */
export function between(from: string | null, to: string | null): number {
  return from === null || to === null ? 0 : Date.parse(to) - Date.parse(from)
}

/** Date and time where the reader is: `2026-03-14 09:26:53.000`. */
export function localTime(time: string): string {
  const at = new Date(time)
  const two = (value: number): string => String(value).padStart(2, '0')
  const date = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
  const clock = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`
  return `${date} ${clock}.${String(at.getMilliseconds()).padStart(3, '0')}`
}

/** `one VIP`, `3 VIPs`. */
export function counted(count: number, singular: string, plural = `${singular}s`): string {
  return `${count} ${count === 1 ? singular : plural}`
}

/** `edge`, `edge and core`, `edge, core and spare`. */
export function listed(items: readonly string[]): string {
  if (items.length <= 1) return items[0] ?? ''
  return `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`
}

/**
 * Breaks a text at spaces into lines of at most `columns`: the first one indented by `indent`, the others by `hang`. A word
 * that is longer than a line stays whole. Colours take no room.
 */
export function wrapped(text: string, columns: number, indent = 0, hang = indent): string {
  const lines: string[] = []
  let line = ''
  let length = 0
  for (const word of text.split(' ')) {
    const wordLength = stripVTControlCharacters(word).length
    const room = columns - (lines.length === 0 ? indent : hang)
    if (line !== '' && length + 1 + wordLength > room) {
      lines.push(line)
      line = word
      length = wordLength
    } else {
      length += line === '' ? wordLength : wordLength + 1
      line = line === '' ? word : `${line} ${word}`
    }
  }
  const broken = [...lines, line].join(`\n${' '.repeat(hang)}`)
  return `${' '.repeat(indent)}${broken}`
}

/** A line of an outline: how deep it stands, and its text. */
export type OutlineLine = readonly [depth: number, text: string]

/** Lines indented by two spaces for each level; what does not fit goes on deeper still. */
export function outline(lines: readonly OutlineLine[], columns: number): string {
  return lines
    .map(([depth, text]) => `${wrapped(text, columns, 2 * depth, 2 * depth + (depth === 0 ? 0 : 4))}\n`)
    .join('')
}
