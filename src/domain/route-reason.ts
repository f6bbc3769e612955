import { hostPrefix, type Address, type Family } from './address.js'
import type { Protocol } from './protocol.js'
import type { Intent } from './desired.js'
import type { Leak } from './leak.js'
import type { Believed, BindingBelief, RouteBelief } from './plan.js'
import { worstReason, type Reason } from './reason.js'
import type { RouterObserved, Session, TargetError, TargetErrorCode } from './target.js'

/** A reason code, and what is particular about this case; null where the code says it all. */
export interface Because {
  readonly reason: Reason
  readonly detail: string | null
}

/** What is known of a router as a whole. */
export interface RouterKnown {
  /** Why it does not answer; null while it does, or before it was asked. */
  readonly error: TargetError | null
  /** Null before the first observation. */
  readonly observed: RouterObserved | null
  /** When the last successful observation began; what was sent later is not in it. */
  readonly observedSince: number
}

export interface RouteCase {
  readonly address: Address
  readonly intent: Intent
  readonly binding: Believed<BindingBelief>
  readonly route: Believed<RouteBelief>
  readonly router: RouterKnown
  /** That the router announced it by other means while it must not be; null: it did not. */
  readonly leak: Leak | null
  /** What the router announces it by. */
  readonly protocols: readonly Protocol[]
  /** Whether the router has an explicit next hop for the address's family. */
  readonly explicitNextHop: boolean
}

/** The one reason of one address at one router. */
export function routeReason(it: RouteCase): Because {
  switch (it.intent.kind) {
    case 'withdraw':
    case 'hold':
      return withdrawnReason(it, it.intent.reason)
    case 'keep':
      return it.route.belief.state === 'absent' ? because('unknown') : because(it.intent.reason)
    case 'announce':
      return announcedReason(it, it.intent.reason)
  }
}

function withdrawnReason({ address, leak, route, router }: RouteCase, reason: Reason): Because {
  if (route.belief.state === 'absent') {
    if (leak !== null) return leaked(leak, address, router)
    return asksRouter.has(reason) && router.error !== null
      ? because('router-unreachable', router.error.message)
      : because(reason)
  }
  return route.error === null
    ? because('pending', 'the withdrawal is on its way')
    : because('withdraw-failed', route.error.message)
}

/** Reasons of which the router itself would know more. */
const asksRouter: ReadonlySet<Reason> = new Set(['no-covering-route', 'pending'])

function leaked({ by }: Leak, { text }: Address, { observed }: RouterKnown): Because {
  const seen = observed?.foreign.get(text)
  if (seen === undefined)
    return because('leaked', `${by} announced it while it was bound; it stays unbound until it is to be announced`)
  const to = seen.sentTo.length === 0 ? '' : ` to ${seen.sentTo.join(', ')}`
  return because('leaked', `${seen.by} announces it${to}`)
}

function announcedReason(it: RouteCase, reason: Reason): Because {
  const { binding, route, router } = it
  if (binding.belief.state !== 'present') {
    if (binding.error !== null)
      return because(binding.error.code === 'conflict' ? 'vip-unbound' : 'bind-failed', binding.error.message)
    return route.belief.state === 'present' ? because('vip-unbound') : because('pending', 'the address is being bound')
  }
  if (router.error !== null) return because('router-unreachable', router.error.message)
  if (route.error !== null) return because(announceFailures[route.error.code], route.error.message)
  if (route.belief.state !== 'present') return because('pending', 'the announcement is on its way')
  if (router.observed === null || route.belief.since > router.observedSince) {
    return because('pending', 'acknowledged by the router, and not read back yet')
  }
  return advertisedReason(it, router.observed, reason)
}

const announceFailures: Record<TargetErrorCode, Reason> = {
  unreachable: 'router-unreachable',
  timeout: 'router-unreachable',
  nonsense: 'router-unreachable',
  'not-permitted': 'announce-failed',
  rejected: 'announce-failed',
  unsupported: 'announce-failed',
  busy: 'announce-failed',
  conflict: 'router-conflict',
}

/** A router that speaks two protocols announces it by both: the worse of the two counts. */
function advertisedReason(it: RouteCase, observed: RouterObserved, reason: Reason): Because {
  const each = it.protocols.map((protocol) => {
    const sessions = observed.sessions.filter(({ kind }) => (kind === 'ospf') === (protocol === 'ospf'))
    return advertisedBy(protocol, it, { ...observed, sessions }, reason)
  })
  if (it.protocols.length === 0) return because(reason, untold)
  const worst = worstReason(each.map((because) => because.reason))
  return each.find((because) => because.reason === worst) ?? because(reason)
}

/**
 * Of the sessions of a protocol, or the neighbors of OSPF: the first that fails decides.
 *
 * | an established session | carries the family | has a next hop of it | was sent the route | reason |
 * |------------------------|--------------------|----------------------|--------------------|--------|
 * | no                     |                    |                      |                    | no-session |
 * | yes                    | no                 |                      |                    | no-session |
 * | yes                    | yes                | no                   |                    | no-next-hop |
 * | yes                    | yes                | yes                  | no                 | not-advertised |
 * | yes                    | yes                | yes                  | yes                | as intended |
 */
function advertisedBy(protocol: Protocol, it: RouteCase, observed: RouterObserved, reason: Reason): Because {
  const family = it.address.family
  const established = observed.sessions.filter((session) => session.established)
  if (established.length === 0) return because('no-session', sessionsInWords(protocol, observed.sessions))
  const carrying = established.filter((session) => session.families.includes(family))
  if (carrying.length === 0) return because('no-session', noneCarries(protocol, family))
  const usable = carrying.filter((session) => it.explicitNextHop || hasNextHop(session, it.address, observed))
  if (usable.length === 0)
    return because('no-next-hop', `${carrying.map((s) => s.neighbor).join(', ')} has no ${family} next hop`)
  if (!usable.some((session) => session.sent?.has(it.address.text) ?? true)) {
    return because(
      'not-advertised',
      `${hostPrefix(it.address)} is not sent to ${usable.map((s) => s.neighbor).join(', ')}`,
    )
  }
  return because(reason)
}

/** Without one of its own a session over IPv4 sends an IPv6 route with the next hop ::ffff:a.b.c.d, which no kernel installs. */
function hasNextHop({ neighbor, transport }: Session, { family }: Address, { nextHops }: RouterObserved): boolean {
  return transport === null || transport === family || nextHops.get(neighbor)?.includes(family) === true
}

const untold = 'let through to the neighbors; of sessions, and of what was sent, this router tells nothing'

function noneCarries(protocol: Protocol, family: Family): string {
  return protocol === 'ospf' ? `no OSPF neighbor is full for ${family}` : `no established session negotiated ${family}`
}

function sessionsInWords(protocol: Protocol, sessions: readonly Session[]): string {
  if (sessions.length === 0)
    return protocol === 'ospf' ? 'the router has no OSPF neighbor' : 'the router has no neighbor configured'
  return sessions.map((session) => `${session.neighbor} is ${session.state}`).join(', ')
}

function because(reason: Reason, detail: string | null = null): Because {
  return { reason, detail }
}
