import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Reason } from '../../../src/domain/reason.js'
import type { Protocol } from '../../../src/domain/protocol.js'
import { routeReason, type Because } from '../../../src/domain/route-reason.js'
import type { Session } from '../../../src/domain/target.js'
import { addr, sessionOf } from '../../support/sample-config.js'

const address = addr('203.0.113.80')
const attributes = { bgp: {}, ospf: {} }
const bgp = sessionOf({ sent: [address.text] })
const full = sessionOf({ neighbor: 'ospf 192.0.2.34%eth3', kind: 'ospf', state: 'full', sent: [address.text] })
const both = ['bgp', 'ospf'] as const

function reasonOf(protocols: readonly Protocol[], sessions: readonly Session[]): Because {
  const routes = new Map([[address.text, { address, attributes }]])
  const observed = {
    daemon: 'bgpd 8.4, ospfd 8.4',
    routes,
    sessions,
    nextHops: new Map(),
    foreign: new Map(),
    learned: null,
  }
  return routeReason({
    address,
    intent: { kind: 'announce', attributes, reason: 'announced' },
    binding: { belief: { state: 'present', interface: 'lo', owner: 'ours' }, error: null },
    route: { belief: { state: 'present', attributes, since: 0 }, error: null },
    router: { error: null, observed, observedSince: 1 },
    leak: null,
    protocols,
    explicitNextHop: false,
  })
}

describe('the reason of a route at a router that speaks OSPF', () => {
  const rows: readonly (readonly [string, readonly Protocol[], readonly Session[], Reason, string | null])[] = [
    ['is as intended, once BGP and OSPF sent it', both, [bgp, full], 'announced', null],
    ['is that OSPF has no neighbor, though BGP sent it', both, [bgp], 'no-session', 'the router has no OSPF neighbor'],
    [
      'is that BGP has no session, though OSPF sent it',
      both,
      [full],
      'no-session',
      'the router has no neighbor configured',
    ],
    ['needs no session of BGP where it does not speak it', ['ospf'], [full], 'announced', null],
    [
      'is that the neighbor is not full yet',
      ['ospf'],
      [{ ...full, established: false, state: 'exstart' }],
      'no-session',
      'ospf 192.0.2.34%eth3 is exstart',
    ],
    [
      'is that no neighbor is full for its family',
      ['ospf'],
      [{ ...full, families: ['ipv6'] }],
      'no-session',
      'no OSPF neighbor is full for ipv4',
    ],
    [
      'is that the database does not have it',
      ['ospf'],
      [{ ...full, sent: new Set() }],
      'not-advertised',
      '203.0.113.80/32 is not sent to ospf 192.0.2.34%eth3',
    ],
  ]
  for (const [claim, protocols, sessions, reason, detail] of rows) {
    it(claim, () => assert.deepEqual(reasonOf(protocols, sessions), { reason, detail }))
  }
})
