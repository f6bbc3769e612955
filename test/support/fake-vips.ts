import { parseAddress, type Address } from '../../src/domain/address.js'
import type { CheckState, CheckVerdict, ProbeResult } from '../../src/domain/check-verdict.js'
import { worstReason, type Reason } from '../../src/domain/reason.js'
import type { AddressStatus, CheckStatus, NeighborStatus, RouteStatus, VipStatus } from '../../src/domain/snapshot.js'
import type { Verdict } from '../../src/domain/vote.js'
import { now } from './fake-daemon.js'

/** Builders of status parts with plain defaults: everything is well, since ten minutes. */

const since = now - 600_000

export function address(text: string): Address {
  const parsed = parseAddress(text)
  if (parsed === undefined) throw new Error(`${text} is no address`)
  return parsed
}

export function result(outcome: ProbeResult['outcome'], detail: string, duration = 2.345): ProbeResult {
  return { outcome, detail, duration, conclusive: false }
}

export function check(name: string, verdict: CheckVerdict, over: Partial<CheckStatus & CheckState> = {}): CheckStatus {
  const last =
    verdict === 'passing' ? result('pass', 'connected') : verdict === 'failing' ? result('fail', 'refused') : null
  const { since: from = since, against = null, last: seen = last, ...rest } = over
  return {
    name,
    type: 'tcp',
    impact: 'withdraw',
    address: null,
    rise: 3,
    fall: 2,
    state: { verdict, since: from, against, last: seen },
    lastAt: seen === null ? null : now - 400,
    nextAt: now + 600,
    tripwire: { state: 'armed', detail: 'the end of what listens on tcp port 80 triggers a probe' },
    ...rest,
  }
}

export function neighbor(name: string, sent = true, established = true): NeighborStatus {
  return { neighbor: name, established, sent }
}

export function route(router: string, reason: Reason, over: Partial<RouteStatus> = {}): RouteStatus {
  const announced = ['announced', 'degraded', 'fail-open', 'kept'].includes(reason)
  return {
    router,
    reason,
    detail: null,
    since,
    announced,
    attributes: announced ? { bgp: {}, ospf: {} } : null,
    neighbors: announced ? [neighbor('192.0.2.0')] : [],
    ...over,
  }
}

export function bound(
  text: string,
  verdict: Verdict,
  routes: readonly RouteStatus[],
  over: Partial<AddressStatus> = {},
): AddressStatus {
  return {
    address: address(text),
    verdict,
    since,
    heldUntil: null,
    keptUntil: null,
    binding: 'ours',
    interface: 'lo',
    bindError: null,
    silent: null,
    because: null,
    source: null,
    routes,
    covering: [],
    conflicts: [],
    ...over,
  }
}

export function vip(name: string, addresses: readonly AddressStatus[], over: Partial<VipStatus> = {}): VipStatus {
  return {
    name,
    mode: 'anycast',
    override: null,
    reason: worstReason(addresses.flatMap(({ routes }) => routes.map(({ reason }) => reason))),
    since,
    request: { kind: 'none' },
    require: { kind: 'all' },
    checks: [],
    addresses,
    ...over,
  }
}

/** Many healthy VIPs, each dual stack on two routers with two checks. */
export function manyVips(count: number): VipStatus[] {
  return Array.from({ length: count }, (_, at) => {
    const [high, low] = [Math.floor(at / 250), (at % 250) + 1]
    const routes = [route('edge', 'announced'), route('core', 'announced')]
    return vip(
      `service-${String(at).padStart(5, '0')}`,
      [bound(`198.18.${high}.${low}`, 'up', routes), bound(`2001:db8:${high}::${low}`, 'up', routes)],
      { checks: [check('tcp', 'passing'), check('http', 'passing', { type: 'http' })] },
    )
  })
}
