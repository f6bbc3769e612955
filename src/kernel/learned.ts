import { hostLength, parsePrefix, type Address, type Family } from '../domain/address.js'
import { ourProtocol } from '../domain/kernel-route.js'
import type { LearnedRoute } from '../domain/learned.js'
import { TargetError } from '../domain/target.js'
import type { ProcessRunner } from '../platform/process.js'
import { programError } from './errors.js'

const doing = 'listing the routes around the VIPs of mode override'

/** What the main table has that holds each address. Throws TargetError. */
export async function listLearned(
  runner: ProcessRunner,
  sought: readonly Address[],
  timeout: number,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, readonly LearnedRoute[]>> {
  const found = new Map<string, readonly LearnedRoute[]>()
  for (const family of ['ipv4', 'ipv6'] as const) {
    for (const address of sought.filter((one) => one.family === family)) {
      const question = [
        'ip',
        '-o',
        family === 'ipv4' ? '-4' : '-6',
        'route',
        'show',
        'table',
        'main',
        'match',
        address.text,
      ]
      const result = await runner.run(question, { timeout, signal })
      if (result.end.kind !== 'exited' || result.end.code !== 0) throw programError(result, doing)
      if (result.truncated) throw new TargetError('nonsense', `${doing} gave more than can be kept`)
      found.set(
        address.text,
        result.stdout.split('\n').flatMap((line) => parseRouteLine(line, family) ?? []),
      )
    }
  }
  return found
}

/**
 * One line, for example
 *
 *     192.0.2.0/24 via 198.51.100.2 dev eth0 proto bird metric 32
 *     198.51.100.0/24 dev eth0 proto kernel scope link src 198.51.100.1
 *     203.0.113.0/24 proto bgp \	nexthop via 198.51.100.2 dev eth0 weight 1 \	nexthop …
 *     default via 198.51.100.254 dev eth0 linkdown
 *
 * Undefined for one that carries nothing: its link is down, or it is a route that drops (`unreachable …`).
 */
export function parseRouteLine(line: string, family: Family): LearnedRoute | undefined {
  const [written = '', ...words] = line.trim().split(/\s+/)
  const text = written === 'default' ? (family === 'ipv4' ? '0.0.0.0/0' : '::/0') : written
  const prefix = parsePrefix(text)
  if (prefix === undefined || words.includes('linkdown') || words.includes('dead')) return undefined
  const after = (word: string): string | undefined => words[words.indexOf(word) + 1 || words.length]
  const protocol = after('proto') ?? 'boot'
  // Ours in front of another, which is what was learned.
  if (twinMarks.has(protocol)) return undefined
  const [via, on] = [after('via'), after('dev')]
  if (protocol === 'kernel') {
    // The VIP itself, where it is bound, and other addresses of this host.
    if (prefix.length === hostLength(family) || on === undefined || via !== undefined) return undefined
    return { prefix, source: { kind: 'connected', interface: on } }
  }
  const how = via === undefined ? (on ?? '?') : on === undefined ? via : `${via} on ${on}`
  return { prefix, source: { kind: 'kernel', protocol, via: how } }
}

/** As `ip` shows it: by its name where FRR is installed. */
const twinMarks: ReadonlySet<string> = new Set([String(ourProtocol), 'sharp'])
