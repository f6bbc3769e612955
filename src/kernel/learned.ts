import { hostLength, parsePrefix, prefixContains, type Address, type Family } from '../domain/address.js'
import { ourProtocol } from '../domain/kernel-route.js'
import type { LearnedRoute } from '../domain/learned.js'
import { TargetError } from '../domain/target.js'
import type { ProcessRunner } from '../platform/process.js'
import { inSlices } from '../platform/slices.js'
import { programError } from './errors.js'

const doing = 'listing the routes around the VIPs of mode override'
const attempts = 5
/** Addresses handled between two turns of the event loop. */
const slice = 50

/** What the main table has that holds each address. One process for all of a family. Throws TargetError. */
export async function listLearned(
  runner: ProcessRunner,
  sought: readonly Address[],
  timeout: number,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, readonly LearnedRoute[]>> {
  const found = new Map<string, readonly LearnedRoute[]>()
  for (const family of ['ipv4', 'ipv6'] as const) {
    const own = sought.filter((one) => one.family === family)
    if (own.length === 0) continue
    const routes = (await listAround(runner, family, own, timeout, signal)).flatMap(
      (line) => parseRouteLine(line, family) ?? [],
    )
    for await (const some of inSlices(own, slice, signal)) {
      for (const address of some)
        found.set(
          address.text,
          routes.filter(({ prefix }) => prefixContains(prefix, address)),
        )
    }
  }
  if (signal.aborted) throw new TargetError('timeout', `${doing} was stopped`)
  return found
}

/** Lines of all routes that hold one of the addresses. A listing that was disturbed by a change may lack some: it is made anew. */
async function listAround(
  runner: ProcessRunner,
  family: Family,
  addresses: readonly Address[],
  timeout: number,
  signal: AbortSignal,
): Promise<string[]> {
  const argv = ['ip', '-o', family === 'ipv4' ? '-4' : '-6', '-batch', '-']
  const stdin = addresses.map(({ text }) => `route show table main match ${text}\n`).join('')
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const result = await runner.run(argv, { timeout, signal, stdin })
    if (result.stderr.includes('interrupted')) continue
    if (result.end.kind !== 'exited' || result.end.code !== 0) throw programError(result, doing)
    if (result.truncated) throw new TargetError('nonsense', `${doing} gave more than can be kept`)
    // A default route holds them all, and is told of each.
    return [...new Set(result.stdout.split('\n'))]
  }
  throw new TargetError('conflict', `${doing} was disturbed by changes ${attempts} times in a row; it is tried again`)
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
