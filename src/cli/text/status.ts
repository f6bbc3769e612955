import type { RouterDocument, StatusDocument, VipDocument } from '../../control/client.js'
import { kindText } from './attributes.js'
import { productionTrouble } from './override.js'
import { reasonText, routerTrouble } from './reasons.js'
import type { Style } from './style.js'
import { table, type Paint } from './table.js'
import { between, counted, listed, spanText, wrapped } from './words.js'

/** Faults told in a sentence each; a flood of them would hide the table. */
const mostFaults = 20

const paintVerdict: Paint = (text, style) => {
  if (text === 'up') return style.green(text)
  if (text === 'down') return style.red(text)
  return text === 'degraded' ? style.yellow(text) : style.dim(text)
}

/** VIPs, then routers with their sessions, then what is wrong. */
export function statusText(document: StatusDocument, columns: number, style: Style): string {
  const { daemon, routers, vips } = document
  const parts = [
    headline(document),
    vips.length === 0 ? 'No VIP is configured.\n' : vipTable(document, columns, style),
    routers.length === 0 ? '' : routerTable(routers, columns, style),
    faults(document, columns, style),
    document.vips
      .flatMap((vip) => productionTrouble(vip, style))
      .map((text) => `${wrapped(text, columns)}\n`)
      .join(''),
    tripwires(document, columns, style),
  ]
  const stale = daemon.config?.stale ?? null
  if (stale !== null)
    parts.push(style.yellow(wrapped(`The configuration file is not in force as it is now: ${stale}`, columns)) + '\n')
  return parts.filter((part) => part !== '').join('\n')
}

function headline({ daemon }: StatusDocument): string {
  const { node, version, phase, startedAt, now } = daemon
  return `${node}: vipcast ${version}, ${phase}, up ${spanText(between(startedAt, now))}\n`
}

function vipTable({ daemon, vips }: StatusDocument, columns: number, style: Style): string {
  const intended = new Set(vips.filter(({ asWished }) => asWished).map(({ reason }) => reason))
  const paintReason: Paint = (text, style) => (intended.has(text) ? style.dim(text) : style.red(text))
  return table(
    [
      { head: 'VIP' },
      { head: 'STATE', paint: paintVerdict },
      { head: 'REASON', paint: paintReason },
      { head: 'SINCE' },
      { head: 'AT' },
      { head: 'ADDRESSES' },
    ],
    vips.map((vip) => [
      vip.name,
      vip.verdict,
      vip.reason,
      spanText(between(vip.since, daemon.now)),
      announcedAt(vip),
      vip.addresses.map(({ address }) => address),
    ]),
    columns,
    style,
  )
}

/** The routers that announce at least one of its addresses. */
function announcedAt(vip: VipDocument): readonly string[] {
  const announced = vip.addresses.flatMap(({ routes }) => routes.filter((route) => route.announced))
  const names = [...new Set(announced.map(({ router }) => router))]
  return names.length === 0 ? ['-'] : names
}

function routerTable(routers: readonly RouterDocument[], columns: number, style: Style): string {
  const paintState: Paint = (text, style) => {
    if (text === 'established') return style.green(text)
    return text === ofNoSession ? style.dim(text) : style.red(text)
  }
  return table(
    [
      { head: 'ROUTER' },
      { head: 'DAEMON' },
      { head: 'NEIGHBOR' },
      { head: 'KIND' },
      { head: 'SESSION', paint: paintState },
      { head: 'SENT' },
    ],
    routers.flatMap(routerRows),
    columns,
    style,
  )
}

/** Of types kernel and frr-grpc: they can't say to whom a routing daemon passes the addresses on. */
const ofNoSession = 'unknown here'

function routerRows({ name, type, daemon, reachable, sessions }: RouterDocument): string[][] {
  const program = reachable ? (daemon ?? '') : 'unreachable'
  if (type === 'kernel') return [[name, reachable ? 'kernel' : program, '-', '-', ofNoSession, '-']]
  if (type === 'frr-grpc') return [[name, program, '-', '-', ofNoSession, '-']]
  if (sessions.length === 0) return [[name, program, '-', '-', '-', '-']]
  return sessions.map(({ neighbor, kind, state, routesSent }, at) => [
    at === 0 ? name : '',
    at === 0 ? program : '',
    neighbor,
    kindText(kind),
    state,
    routesSent === null ? '?' : String(routesSent),
  ])
}

function faults({ daemon, routers, vips }: StatusDocument, columns: number, style: Style): string {
  const wrong = vips.filter(({ asWished }) => !asWished)
  const down = routers.flatMap(({ name, error }) => (error === null ? [] : [routerTrouble(name, error)]))
  const told = wrong.slice(0, mostFaults).map((vip) => `${vip.name}: ${faultInWords(vip, daemon.now)}`)
  if (wrong.length > mostFaults) told.push(`and ${wrong.length - mostFaults} more`)
  const all = counted(vips.length, 'VIP')
  const summary =
    wrong.length === 0 ? style.green(`${all}, as wished.`) : style.red(`${wrong.length} of ${all} not as wished:`)
  const bullet = (sentence: string): string => `${wrapped(`- ${sentence}`, columns, 0, 2)}\n`
  return [vips.length === 0 ? '' : `${summary}\n`, ...told.map(bullet), ...down.map(bullet)].join('')
}

function faultInWords({ reason, detail, addresses, nextDeadline }: VipDocument, now: string | null): string {
  if (reason === 'router-unreachable') {
    const routes = addresses.flatMap(({ routes }) => routes.filter((route) => route.reason === reason))
    return `waits for router ${listed([...new Set(routes.map(({ router }) => router))])}`
  }
  const text = detail ?? reasonText(reason)
  const waits = reason === 'hold-down' || reason === 'damped'
  if (!waits || nextDeadline?.kind !== 'hold-down') return text
  return `${text.replace(/\.$/, '')}: ${spanText(between(now, nextDeadline.at))} to go`
}

/** Whether checks poll that should be told by the kernel, for a reason that lies with the watcher; `explain` has the others. */
function tripwires({ vips }: StatusDocument, columns: number, style: Style): string {
  const lacking = vips
    .flatMap(({ checks }) => checks.flatMap(({ tripwire }) => tripwire ?? []))
    .filter(({ state }) => state === 'suspended' || state === 'unavailable')
  const [first] = lacking
  if (first === undefined) return ''
  const checks = counted(lacking.length, 'check')
  const text = `The tripwire${lacking.length === 1 ? '' : 's'} of ${checks} ${lacking.length === 1 ? 'is' : 'are'} ${first.state}: ${first.detail}.`
  return `${style.yellow(wrapped(text, columns))}\n`
}
