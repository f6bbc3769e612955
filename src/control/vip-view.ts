import type { MessageInitShape } from '@bufbuild/protobuf'
import { hostPrefix } from '../domain/address.js'
import type { VipConfig } from '../domain/config.js'
import { sourceInWords, type LearnedRoute } from '../domain/learned.js'
import { isIntended } from '../domain/reason.js'
import type { AddressStatus, CheckStatus, OverrideStatus, RouteStatus, VipStatus } from '../domain/snapshot.js'
import type { Verdict } from '../domain/vote.js'
import type {
  AddressSchema,
  CheckSchema,
  DeadlineSchema,
  LearnedRouteSchema,
  OverrideSchema,
  RouteSchema,
  VipSchema,
} from '../gen/vipcast/v1/status_pb.js'
import { viewAttributes } from './attributes-view.js'
import type { ToTimestamp } from './view.js'

/** One VIP as the API shows it. `now` and `at` are those of the snapshot it came from. */
export function viewVip(vip: VipStatus, now: number, at: ToTimestamp): MessageInitShape<typeof VipSchema> {
  return {
    name: vip.name,
    mode: vip.mode,
    verdict: vipVerdict(vip),
    reason: vip.reason,
    detail: vipDetail(vip) ?? undefined,
    asWished: isIntended(vip.reason),
    since: at(vip.since),
    request: vip.request.kind,
    require: requireInWords(vip.require),
    checks: vip.checks.map((check) => viewCheck(check, at)),
    addresses: vip.addresses.map((address) => viewAddress(vip, address, at)),
    nextDeadline: nextDeadline(vip, now, at),
    override: vip.override === null ? undefined : viewOverride(vip.override, at),
  }
}

function viewOverride(override: OverrideStatus, at: ToTimestamp): MessageInitShape<typeof OverrideSchema> {
  return {
    takenAt: at(override.takenAt),
    windowEnd: at(override.windowEnd),
    latchedAt: at(override.latchedAt),
    production: override.production ?? undefined,
  }
}

const worstFirst: readonly Verdict[] = ['down', 'unknown', 'degraded', 'up']

/** The worst verdict of a VIP's addresses. */
export function vipVerdict(vip: Pick<VipStatus, 'addresses'>): Verdict {
  return worstFirst.find((verdict) => vip.addresses.some((address) => address.verdict === verdict)) ?? 'unknown'
}

/** What its worst route says of this case. */
function vipDetail(vip: VipStatus): string | null {
  for (const address of vip.addresses) {
    if (address.because?.reason === vip.reason) return address.because.detail
    const worst = address.routes.find((route) => route.reason === vip.reason)
    if (worst !== undefined) return routeDetail(vip, address, worst)
  }
  return null
}

/** A route that failing checks took away says which, and how. */
function routeDetail(vip: VipStatus, address: AddressStatus, route: RouteStatus): string | null {
  if (route.detail !== null || (route.reason !== 'check-failed' && route.reason !== 'fail-open')) return route.detail
  const failing = vip.checks.filter(
    (check) =>
      check.impact === 'withdraw' &&
      check.state.verdict === 'failing' &&
      (check.address === null || check.address.text === address.address.text),
  )
  return failing.length === 0 ? null : failing.map(failureInWords).join('; ')
}

function failureInWords({ name, state }: CheckStatus): string {
  return state.last === null ? name : `${name}: ${state.last.detail}`
}

function requireInWords(require: VipConfig['require']): string {
  return require.kind === 'count' ? String(require.count) : require.kind
}

function viewCheck(check: CheckStatus, at: ToTimestamp): MessageInitShape<typeof CheckSchema> {
  const { name, type, impact, rise, fall, state } = check
  const last = state.last
  return {
    name,
    type,
    impact,
    address: check.address?.text,
    rise,
    fall,
    verdict: state.verdict,
    since: at(state.since),
    against: state.against ?? undefined,
    last:
      last === null
        ? undefined
        : {
            outcome: last.outcome,
            detail: last.detail,
            duration: seconds(last.duration),
            conclusive: last.conclusive,
            at: at(check.lastAt),
          },
    nextAt: at(check.nextAt),
    tripwire: check.tripwire ?? undefined,
  }
}

/** Milliseconds as seconds, to the microsecond: what a float adds beyond that is noise. */
export function seconds(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1e6
}

function viewAddress(vip: VipStatus, status: AddressStatus, at: ToTimestamp): MessageInitShape<typeof AddressSchema> {
  return {
    address: status.address.text,
    prefix: hostPrefix(status.address),
    verdict: status.verdict,
    since: at(status.since),
    heldUntil: at(status.heldUntil),
    keptUntil: at(status.keptUntil),
    binding: status.binding,
    interface: status.interface ?? undefined,
    bindError: status.bindError ?? undefined,
    reason: status.because?.reason,
    detail: status.because?.detail ?? undefined,
    silent: status.silent ?? undefined,
    source:
      status.source === null ? undefined : { state: status.source.state, interfaces: [...status.source.interfaces] },
    routes: status.routes.map((route) => viewRoute(route, routeDetail(vip, status, route), at)),
    covering: status.covering.map(viewLearned),
    conflicts: status.conflicts.map(viewLearned),
  }
}

/** A route that this host did not originate, as the API and `plan` show it. */
export function viewLearned({ prefix, source }: LearnedRoute): MessageInitShape<typeof LearnedRouteSchema> {
  return {
    prefix: prefix.text,
    source: source.kind,
    from: source.kind === 'bgp' ? source.neighbor : source.kind === 'connected' ? source.interface : source.via,
    asPath: source.kind === 'bgp' ? [...source.asPath] : [],
    text: sourceInWords(source),
  }
}

function viewRoute(route: RouteStatus, detail: string | null, at: ToTimestamp): MessageInitShape<typeof RouteSchema> {
  return {
    router: route.router,
    reason: route.reason,
    detail: detail ?? undefined,
    since: at(route.since),
    announced: route.announced,
    attributes: route.attributes === null ? undefined : viewAttributes(route.attributes),
    neighbors: route.neighbors.map(({ neighbor, established, sent }) => ({ neighbor, established, sent })),
  }
}

interface Deadline {
  readonly at: number
  readonly kind: 'probe' | 'hold-down' | 'adoption' | 'drain' | 'undrain' | 'window'
  readonly subject: string
}

/** The end of a hold-down, an adoption, a drain or a window changes something by itself; a probe only may, so it comes second. */
function nextDeadline(
  vip: VipStatus,
  now: number,
  at: ToTimestamp,
): MessageInitShape<typeof DeadlineSchema> | undefined {
  const { name, request, override } = vip
  // Nothing changes at the end of a hold-down while only `rearm` can end the latch.
  const latched = override !== null && override.latchedAt !== null
  const ends = vip.addresses.flatMap(({ address, heldUntil, keptUntil }): Deadline[] => [
    ...(heldUntil === null || latched ? [] : [{ at: heldUntil, kind: 'hold-down' as const, subject: address.text }]),
    ...(keptUntil === null ? [] : [{ at: keptUntil, kind: 'adoption' as const, subject: address.text }]),
  ])
  const end = override === null || latched ? null : override.windowEnd
  if (end !== null) ends.push({ at: end, kind: 'window', subject: name })
  if (request.kind === 'drained') {
    ends.push({ at: request.withdrawAt, kind: 'drain', subject: name })
    if (request.until !== null) ends.push({ at: request.until, kind: 'undrain', subject: name })
  }
  const probes = vip.checks.flatMap((check): Deadline[] =>
    check.nextAt === null ? [] : [{ at: check.nextAt, kind: 'probe', subject: check.name }],
  )
  const next = earliest(ends.filter((end) => end.at > now)) ?? earliest(probes)
  return next === undefined ? undefined : { ...next, at: at(next.at) }
}

function earliest(deadlines: readonly Deadline[]): Deadline | undefined {
  return deadlines.reduce<Deadline | undefined>(
    (first, next) => (first === undefined || next.at < first.at ? next : first),
    undefined,
  )
}
