import { withLength, type NextHop } from './routes.js'

/** One line of `ip -tshort -oneline monitor route`. */
export interface RouteChange {
  /** Milliseconds since 1970, with microseconds. */
  readonly at: number
  readonly prefix: string
  readonly deleted: boolean
  readonly nextHops: readonly NextHop[]
}

const types = new Set([
  'unicast',
  'blackhole',
  'unreachable',
  'prohibit',
  'throw',
  'multicast',
  'anycast',
  'local',
  'broadcast',
])

/** Undefined for tables other than main, and for lines that tell of something else. */
export function parseRouteEvent(line: string): RouteChange | undefined {
  const [, day, micros, text] = /^\[(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.(\d{6})\] (.*)$/.exec(line) ?? []
  if (day === undefined || micros === undefined || text === undefined || / table \S/.test(text)) return undefined
  const [head = '', ...hopTexts] = text.split('\\\tnexthop ')
  const words = head.trim().split(/\s+/)
  const deleted = words[0] === 'Deleted'
  if (deleted) words.shift()
  if (types.has(words[0] ?? '')) words.shift()
  const destination = words[0]
  if (destination === undefined) return undefined
  const hops = hopTexts.length > 0 ? hopTexts : [words.join(' ')]
  return {
    // The node's time zone is UTC.
    at: Date.parse(`${day}Z`) + Number(micros) / 1000,
    prefix: withLength(destination),
    deleted,
    nextHops: hops.map(toHop),
  }
}

function toHop(text: string): NextHop {
  const words = text.split(/\s+/)
  const after = (key: string): string | undefined => (words.includes(key) ? words[words.indexOf(key) + 1] : undefined)
  return { via: after('via'), interface: after('dev') ?? '' }
}
