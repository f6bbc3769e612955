import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Intent } from '../../../src/domain/desired.js'
import type { BindingBelief, Believed, RouteBelief } from '../../../src/domain/plan.js'
import type { Reason } from '../../../src/domain/reason.js'
import type { Leak } from '../../../src/domain/leak.js'
import { routeReason, type RouteCase, type RouterKnown } from '../../../src/domain/route-reason.js'
import { TargetError, type RouterObserved, type Session, type TargetErrorCode } from '../../../src/domain/target.js'
import { addr, sessionOf } from '../../support/sample-config.js'

const address = addr('203.0.113.80')
const v6 = addr('2001:db8:53::80')
const attributes = { bgp: {}, ospf: {} }
const sentAt = 100
const seenAt = 200

const announce: Intent = { kind: 'announce', attributes, reason: 'announced' }
const held: Believed<BindingBelief> = { belief: { state: 'present', interface: 'lo', owner: 'ours' }, error: null }
const unheld: Believed<BindingBelief> = { belief: { state: 'absent' }, error: null }
const refused: Believed<BindingBelief> = {
  belief: { state: 'absent' },
  error: new TargetError('rejected', 'no lo here'),
}
const there: RouteBelief = { state: 'present', attributes, since: sentAt }
const gone: RouteBelief = { state: 'absent', since: -Infinity }

function observed(sessions: readonly Session[]): RouterObserved {
  const routes = new Map([[address.text, { address, attributes }]])
  return { daemon: 'gobgpd 3.10.0', routes, sessions, nextHops: new Map(), foreign: new Map(), learned: null }
}

function known(sessions: readonly Session[], over: Partial<RouterKnown> = {}): RouterKnown {
  return { error: null, observed: observed(sessions), observedSince: seenAt, ...over }
}

const sent = sessionOf({ sent: [address.text, v6.text] })

function caseOf(over: Partial<RouteCase>): RouteCase {
  return {
    address,
    intent: announce,
    binding: held,
    route: { belief: there, error: null },
    router: known([sent]),
    leak: null,
    protocols: ['bgp'],
    explicitNextHop: false,
    ...over,
  }
}

const error = (code: TargetErrorCode): TargetError => new TargetError(code, `what ${code} means`)

interface Row {
  readonly claim: string
  readonly over: Partial<RouteCase>
  readonly reason: Reason
  readonly detail?: RegExp
}

function claims(rows: readonly Row[]): void {
  for (const { claim, over, reason, detail } of rows) {
    it(claim, () => {
      const because = routeReason(caseOf(over))
      assert.equal(because.reason, reason)
      if (detail === undefined) assert.equal(because.detail, null)
      else assert.match(because.detail ?? 'null', detail)
    })
  }
}

describe('the reason of a route that is to be withdrawn', () => {
  const withdraw: Intent = { kind: 'withdraw', reason: 'check-failed' }
  claims([
    {
      claim: 'is the reason for withdrawing, once it is gone',
      over: { intent: withdraw, route: { belief: gone, error: null } },
      reason: 'check-failed',
    },
    {
      claim: 'is that a change is on its way, while it is there',
      over: { intent: withdraw },
      reason: 'pending',
      detail: /withdrawal/,
    },
    {
      claim: 'is that a change is on its way, while nobody knows whether it is there',
      over: { intent: withdraw, route: { belief: { state: 'unsure' }, error: null } },
      reason: 'pending',
      detail: /withdrawal/,
    },
    {
      claim: 'is that the withdrawal failed, with the error',
      over: { intent: withdraw, route: { belief: { state: 'unsure' }, error: error('timeout') } },
      reason: 'withdraw-failed',
      detail: /what timeout means/,
    },
  ])
})

describe('the reason of a route that somebody else announces while it must not be', () => {
  const withdraw: Intent = { kind: 'withdraw', reason: 'check-failed' }
  const leak: Leak = { router: 'core', by: '`redistribute connected`', since: 0 }
  const leaking = (sentTo: readonly string[]): RouterKnown =>
    known([sent], {
      observed: { ...observed([sent]), foreign: new Map([[address.text, { by: '`redistribute connected`', sentTo }]]) },
    })
  const route = { belief: gone, error: null }
  claims([
    {
      claim: 'is that it leaks, by what and to whom',
      over: { intent: withdraw, route, leak, router: leaking(['192.0.2.2', '192.0.2.6']) },
      reason: 'leaked',
      detail: /^`redistribute connected` announces it to 192\.0\.2\.2, 192\.0\.2\.6$/,
    },
    {
      claim: 'is that it leaks as soon as there is a neighbor to hear it',
      over: { intent: withdraw, route, leak, router: leaking([]) },
      reason: 'leaked',
      detail: /^`redistribute connected` announces it$/,
    },
    {
      claim: 'is that it leaked, once being unbound has ended it',
      over: { intent: withdraw, route, leak },
      reason: 'leaked',
      detail: /^`redistribute connected` announced it while it was bound; it stays unbound until/,
    },
    {
      claim: 'is first of all that our own route is there as well',
      over: { intent: withdraw, leak, router: leaking([]) },
      reason: 'pending',
      detail: /withdrawal/,
    },
    { claim: 'is none while it is to be announced', over: { router: leaking(['192.0.2.2']) }, reason: 'announced' },
  ])
})

describe('the reason of a route that is kept', () => {
  const keep: Intent = { kind: 'keep', reason: 'kept' }
  claims([
    { claim: 'is that it is kept, where it is', over: { intent: keep }, reason: 'kept' },
    {
      claim: 'is that it is kept, where it may be',
      over: { intent: keep, route: { belief: { state: 'unsure' }, error: null } },
      reason: 'kept',
    },
    {
      claim: 'is that there is no verdict, at a router that does not have it',
      over: { intent: keep, route: { belief: gone, error: null } },
      reason: 'unknown',
    },
  ])
})

describe('the reason of a route that is to be announced', () => {
  const pending: RouteBelief = { state: 'absent', since: 1 }
  claims([
    {
      claim:
        'is as intended where a router lets it through and tells nothing of sessions, and says that it knows no more',
      over: { protocols: [], router: known([]) },
      reason: 'announced',
      detail: /tells nothing/,
    },
    {
      claim: 'is that the kernel refused the address, with the error',
      over: { binding: refused, route: { belief: pending, error: null } },
      reason: 'bind-failed',
      detail: /no lo here/,
    },
    {
      claim: 'is that the host lost the address, while somebody else removes it again and again',
      over: {
        binding: { belief: { state: 'absent' }, error: error('conflict') },
        route: { belief: pending, error: null },
      },
      reason: 'vip-unbound',
      detail: /what conflict means/,
    },
    {
      claim: 'is that the host lost the address, while the route is there',
      over: { binding: unheld },
      reason: 'vip-unbound',
    },
    {
      claim: 'is that a change is on its way, while the address is being bound',
      over: { binding: unheld, route: { belief: pending, error: null } },
      reason: 'pending',
      detail: /being bound/,
    },
    {
      claim: 'is that the router does not answer, with the error, also when the route was there',
      over: { router: known([sent], { error: error('unreachable') }) },
      reason: 'router-unreachable',
      detail: /what unreachable means/,
    },
    {
      claim: 'is that a change is on its way, before the router acknowledged it',
      over: { route: { belief: pending, error: null } },
      reason: 'pending',
      detail: /announcement/,
    },
    {
      claim: 'is that a change is on its way, while nobody knows whether the route is there',
      over: { route: { belief: { state: 'unsure' }, error: null } },
      reason: 'pending',
      detail: /announcement/,
    },
    {
      claim: 'is that a change is on its way, before the router was read for the first time',
      over: { router: { error: null, observed: null, observedSince: -Infinity } },
      reason: 'pending',
      detail: /not read back/,
    },
    {
      claim: 'is that a change is on its way, before the router was read after the announcement',
      over: { router: known([sent], { observedSince: sentAt - 1 }) },
      reason: 'pending',
      detail: /not read back/,
    },
  ])

  const failures: [TargetErrorCode, Reason][] = [
    ['unreachable', 'router-unreachable'],
    ['timeout', 'router-unreachable'],
    ['nonsense', 'router-unreachable'],
    ['not-permitted', 'announce-failed'],
    ['rejected', 'announce-failed'],
    ['unsupported', 'announce-failed'],
    ['conflict', 'router-conflict'],
  ]
  claims(
    failures.map(([code, reason]) => ({
      claim: `after the error ${code} is ${reason}, with the error`,
      over: { route: { belief: pending, error: error(code) } },
      reason,
      detail: new RegExp(`what ${code} means`),
    })),
  )

  for (const reason of ['announced', 'degraded', 'fail-open'] as const) {
    it(`is ${reason} as intended, once a neighbor was sent it`, () => {
      assert.equal(routeReason(caseOf({ intent: { ...announce, reason } })).reason, reason)
    })
  }
})

describe('the reason of a route by its sessions', () => {
  const down = sessionOf({ neighbor: '192.0.2.9', state: 'active', established: false, transport: null })
  const v4Only = sessionOf({ families: ['ipv4'], sent: [address.text] })
  const overV4 = sessionOf({ transport: 'ipv4', sent: [address.text, v6.text] })
  const filtered = sessionOf({ neighbor: '192.0.2.7' })
  claims([
    {
      claim: 'is no-session without any neighbor',
      over: { router: known([]) },
      reason: 'no-session',
      detail: /no neighbor configured/,
    },
    {
      claim: 'is no-session while none is established, naming each and its state',
      over: { router: known([down]) },
      reason: 'no-session',
      detail: /^192\.0\.2\.9 is active$/,
    },
    {
      claim: 'is no-session where none carries the family',
      over: { address: v6, router: known([v4Only]) },
      reason: 'no-session',
      detail: /ipv6/,
    },
    {
      claim: 'is no-next-hop for IPv6 over a session on IPv4',
      over: { address: v6, router: known([overV4]) },
      reason: 'no-next-hop',
      detail: /192\.0\.2\.1/,
    },
    {
      claim: 'is as intended for IPv6 over a session on IPv4 with an explicit next hop',
      over: { address: v6, router: known([overV4]), explicitNextHop: true },
      reason: 'announced',
    },
    {
      claim: 'is as intended for IPv6 where another session is on IPv6',
      over: { address: v6, router: known([overV4, sessionOf({ transport: 'ipv6', sent: [v6.text] })]) },
      reason: 'announced',
    },
    {
      claim: 'is not-advertised where it is sent only to a session that has no next hop for it',
      over: { address: v6, router: known([overV4, sessionOf({ transport: 'ipv6', neighbor: '2001:db8::9' })]) },
      reason: 'not-advertised',
      detail: /2001:db8::9/,
    },
    {
      claim: 'is not-advertised where no session was sent it, naming the neighbors',
      over: { router: known([filtered]) },
      reason: 'not-advertised',
      detail: /^203\.0\.113\.80\/32 is not sent to 192\.0\.2\.7$/,
    },
    {
      claim: 'is as intended where one of two sessions was sent it',
      over: { router: known([filtered, sent, down]) },
      reason: 'announced',
    },
    {
      claim: 'is not-advertised where only a session that is down was sent it',
      over: { router: known([filtered, { ...down, sent: new Set([address.text]) }]) },
      reason: 'not-advertised',
      detail: /192\.0\.2\.7/,
    },
  ])
})
