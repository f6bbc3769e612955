import type { ExplainDocument, VipDocument } from '../../control/client.js'
import { attributesText } from './attributes.js'
import { aroundLines, overrideLines } from './override.js'
import { reasonText, requireText } from './reasons.js'
import { sourceLine } from './sources.js'
import type { Style } from './style.js'
import { between, durationText, listed, localTime, outline, spanText, type OutlineLine } from './words.js'

type CheckDocument = VipDocument['checks'][number]
type AddressDocument = VipDocument['addresses'][number]
type RouteDocument = AddressDocument['routes'][number]

/** An address of the VIP that is explained, and the routers that it goes to. */
interface Where {
  readonly vip: VipDocument
  readonly address: AddressDocument
  readonly routers: ExplainDocument['routers']
}

/** The answer first, then the chain that leads to it: checks, vote, hold-down, kernel, routers, neighbors. */
export function explainText({ daemon, vip, routers }: ExplainDocument, columns: number, style: Style): string {
  if (daemon === null || vip === null) throw new Error('the answer of the daemon lacks the VIP')
  const { now } = daemon
  const parts = [
    [...answerLines(vip, now, style), ...overrideLines(vip, now)],
    checkLines(vip, now, style),
    ...vip.addresses.map((address) => addressLines({ vip, address, routers }, now, style)),
    nextLines(vip, now),
  ]
  return parts
    .filter((lines) => lines.length > 0)
    .map((lines) => outline(lines, columns))
    .join('\n')
}

function answerLines(vip: VipDocument, now: string | null, style: Style): OutlineLine[] {
  const routes = vip.addresses.flatMap((address) => address.routes)
  const announced = routes.filter((route) => route.announced)
  const at = listed([...new Set(announced.map(({ router }) => router))])
  const since = vip.since === null ? '' : ` since ${localTime(vip.since)} (${spanText(between(vip.since, now))})`
  const why = `${vip.reason === 'announced' ? '' : `: ${vip.reason}`}${since}.`
  const answer =
    vip.mode === 'local'
      ? localAnswer(vip, why, style)
      : announced.length === 0
        ? style[vip.asWished ? 'yellow' : 'red'](
            `${vip.name} is not announced${vip.asWished ? ', as wished' : ''}${why}`,
          )
        : announced.length < routes.length
          ? style.yellow(`${vip.name} is announced in part, ${announced.length} of ${routes.length} routes${why}`)
          : style.green(`${vip.name} is announced at ${at}${why}`)
  const meaning = vip.reason === 'announced' ? [] : [reasonText(vip.reason)]
  return [answer, ...meaning, ...(vip.detail === null ? [] : [vip.detail])].map((text) => [0, text])
}

/** Nothing of it is announced in any case. */
function localAnswer({ name, addresses, asWished }: VipDocument, why: string, style: Style): string {
  const bound = addresses.filter(({ binding }) => binding === 'ours' || binding === 'found').length
  const held = bound === 0 ? 'not bound' : bound < addresses.length ? 'bound in part' : 'bound'
  return style[asWished ? (bound === 0 ? 'yellow' : 'green') : 'red'](
    `${name} is ${held} and announced nowhere, ${asWished ? 'as wished' : 'not as wished'}${why}`,
  )
}

function checkLines(vip: VipDocument, now: string | null, style: Style): OutlineLine[] {
  if (vip.checks.length === 0) return [[0, 'It has no checks, so it counts as up.']]
  const deciding = new Set(vip.checks.filter(({ impact }) => impact === 'withdraw').map(({ name }) => name))
  return [
    [0, `Checks: ${requireText(vip.require, [...deciding])}`],
    ...vip.checks.flatMap((check) => oneCheck(check, vip.override?.production ?? null, now, style)),
  ]
}

function oneCheck(check: CheckDocument, production: string | null, now: string | null, style: Style): OutlineLine[] {
  const { name, type, address, impact, verdict, against, last, rise, fall, nextAt } = check
  const paint = verdict === 'passing' ? style.green : verdict === 'failing' ? style.red : style.dim
  const called = `${name}${name === type ? '' : ` (${type})`}${address === null ? '' : ` of ${address}`}`
  const effect = name === production ? ', acts on nothing' : impact === 'withdraw' ? '' : `, impact ${impact}`
  const since = spanText(between(check.since, now))
  const next = nextAt === null ? 'a probe is running' : `next probe in ${spanText(between(now, nextAt))}`
  return [
    [1, `${called}: ${paint(verdict)} for ${since}${effect}`],
    [2, last === null ? 'no result yet' : resultText(last, now)],
    [2, `${against === null ? '' : `${streakText(against, rise, fall)}, `}${next} (rise ${rise}, fall ${fall})`],
    ...(check.tripwire === null ? [] : [[2, `tripwire ${check.tripwire.state}: ${check.tripwire.detail}`] as const]),
  ]
}

function resultText(last: NonNullable<CheckDocument['last']>, now: string | null): string {
  const conclusive = last.conclusive && last.outcome === 'fail' ? ', conclusive' : ''
  const ago = last.at === null ? '' : ` ${spanText(between(last.at, now))} ago`
  return `last ${last.outcome}${conclusive}${ago} in ${durationText(last.duration)}: ${last.detail}`
}

function streakText(against: NonNullable<CheckDocument['against']>, rise: number, fall: number): string {
  const passes = against.outcome === 'pass'
  return `${against.count} ${passes ? 'pass' : 'fail'} of ${passes ? rise : fall} in a row to change that`
}

function addressLines(where: Where, now: string | null, style: Style): OutlineLine[] {
  const { vip, address } = where
  const lines: OutlineLine[] = [
    [0, `${address.address}: ${address.verdict} for ${spanText(between(address.since, now))}${voteText(vip, address)}`],
    [1, `kernel: ${bindingText(address)}${silenceText(address)}`],
    ...ownReason(vip, address),
  ]
  if (address.heldUntil !== null && between(now, address.heldUntil) > 0) {
    lines.push([
      1,
      `hold-down: ${spanText(between(now, address.heldUntil))} left, until ${localTime(address.heldUntil)}`,
    ])
  }
  if (address.keptUntil !== null && between(now, address.keptUntil) > 0) {
    lines.push([1, `kept as the life before left it: ${spanText(between(now, address.keptUntil))} left`])
  }
  if (address.source !== null) lines.push([1, sourceLine(address.source)])
  const degrading = address.verdict === 'degraded' ? failingDegraders(vip, address) : []
  if (degrading.length > 0) lines.push([1, `degraded by ${listed(degrading)}`])
  if (vip.override !== null) lines.push(...aroundLines(address))
  return [...lines, ...address.routes.flatMap((route) => routeLines(where, route, now, style))]
}

/** The vote of the checks that count for this address. */
function voteText({ checks, require }: VipDocument, { address }: AddressDocument): string {
  const deciding = checks.filter(
    (check) => check.impact === 'withdraw' && (check.address === null || check.address === address),
  )
  const [first, ...others] = deciding
  if (first === undefined) return ''
  if (others.length === 0) {
    return `, ${first.name} ${first.verdict === 'unknown' ? 'has no verdict yet' : `is ${first.verdict}`}`
  }
  const passing = deciding.filter(({ verdict }) => verdict === 'passing').length
  const needed = require === 'all' ? deciding.length : require === 'any' ? 1 : Number(require)
  return `, ${passing} of ${deciding.length} checks ${passing === 1 ? 'passes' : 'pass'} and ${needed} must`
}

function failingDegraders({ checks }: VipDocument, { address }: AddressDocument): string[] {
  return checks
    .filter(({ impact, verdict }) => impact === 'degrade' && verdict === 'failing')
    .filter((check) => check.address === null || check.address === address)
    .map(({ name }) => name)
}

function bindingText(address: AddressDocument): string {
  switch (address.binding) {
    case 'ours':
      return `bound on ${address.interface}${address.bindError === null ? '' : `: ${address.bindError}`}`
    case 'found':
      return `found on ${address.interface}, was there before`
    case 'unsure':
      return `should be on ${address.interface}, not seen yet`
    default:
      return address.bindError === null ? 'not bound' : `not bound: ${address.bindError}`
  }
}

function silenceText({ binding, silent }: AddressDocument): string {
  if (silent === null || (binding !== 'ours' && binding !== 'found')) return ''
  return silent ? ', silent to ARP' : ', not silent to ARP'
}

/** Of an address that has no routes to show it: what the answer does not say already. */
function ownReason(vip: VipDocument, { reason, detail }: AddressDocument): OutlineLine[] {
  if (reason === null) return []
  return [
    ...(reason === vip.reason ? [] : [[1, `${reason}: ${reasonText(reason)}`] as const]),
    ...(detail === null || detail === vip.detail ? [] : [[1, detail] as const]),
  ]
}

function routeLines(where: Where, route: RouteDocument, now: string | null, style: Style): OutlineLine[] {
  const { vip } = where
  const { router, reason, detail, announced, attributes, neighbors } = route
  const state = announced ? style.green('announced') : vip.asWished ? 'not announced' : style.red('not announced')
  const code = reason === 'announced' && announced ? '' : `, ${reason}`
  const carried = attributes === null ? '' : attributesText(attributes)
  return [
    [1, `${router}: ${state}${code} for ${spanText(between(route.since, now))}${carried === '' ? '' : `; ${carried}`}`],
    ...(reason === vip.reason || reason === 'announced' ? [] : [[2, reasonText(reason)] as const]),
    ...(detail === null || detail === vip.detail ? [] : [[2, detail] as const]),
    ...neighbors.map((each): OutlineLine => [2, `${each.neighbor}: ${neighborText(where, router, each)}`]),
  ]
}

function neighborText(
  { address: { address }, routers }: Where,
  router: string,
  { neighbor, established, sent }: RouteDocument['neighbors'][number],
): string {
  if (!established) return 'no session'
  if (sent) return 'sent'
  const [family, called] = address.includes(':') ? ['ipv6', 'IPv6'] : ['ipv4', 'IPv4']
  const session = routers.find(({ name }) => name === router)?.sessions.find((each) => each.neighbor === neighbor)
  return session?.families.includes(family) === false ? `not sent, the session carries no ${called}` : 'not sent'
}

function nextLines({ nextDeadline }: VipDocument, now: string | null): OutlineLine[] {
  if (nextDeadline === null) return []
  const { kind, subject, at } = nextDeadline
  const left = spanText(between(now, at))
  if (kind === 'probe') return [[0, `Next: a probe of ${subject} in ${left}.`]]
  if (kind === 'hold-down') return [[0, `Next: the hold-down of ${subject} ends in ${left}.`]]
  if (kind === 'drain') return [[0, `Next: ${subject} is withdrawn in ${left}.`]]
  if (kind === 'window') return [[0, `Next: ${subject} gives its addresses back in ${left}.`]]
  if (kind === 'undrain') return [[0, `Next: its drain ends by itself in ${left}.`]]
  return [[0, `Next: ${subject} is kept for ${left} more, unless its checks have a verdict before.`]]
}
