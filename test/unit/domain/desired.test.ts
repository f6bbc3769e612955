import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { intentOf, wantedFor, wantedNowhere, type Intent, type Phase } from '../../../src/domain/desired.js'
import type { Bond } from '../../../src/domain/bond.js'
import type { VipConfig } from '../../../src/domain/config.js'
import type { RouterFacts } from '../../../src/domain/fit.js'
import type { Health } from '../../../src/domain/health.js'
import type { Reason } from '../../../src/domain/reason.js'
import type { Request } from '../../../src/domain/request.js'
import { addr, routerOf, vipOf } from '../../support/sample-config.js'

const now = 1_000
const none: Request = { kind: 'none' }
const plain = vipOf('web', ['203.0.113.80'], {
  announce: { bgp: { med: 100, communities: [1] }, ospf: {} },
  whenDegraded: { bgp: { med: 500 }, ospf: {} },
})
const failOpen: VipConfig = { ...plain, whenDown: { kind: 'announce', attributes: { bgp: { med: 900 }, ospf: {} } } }

function health(over: Partial<Health>): Health {
  return { verdict: 'up', since: 0, heldUntil: null, withdrawals: [], keptUntil: null, ...over }
}

describe('the intent', () => {
  interface Row {
    readonly claim: string
    readonly vip?: VipConfig
    readonly health: Partial<Health>
    readonly request?: Request
    readonly phase?: Phase
    readonly kind: Intent['kind']
    readonly reason: Reason
    readonly med?: number
  }
  const rows: Row[] = [
    {
      claim: 'of a daemon that stops is to withdraw',
      health: {},
      phase: 'stopping',
      kind: 'withdraw',
      reason: 'stopping',
    },
    {
      claim: 'of a daemon that stops is to withdraw what is disabled, too, and says that it stops',
      health: {},
      request: { kind: 'disabled' },
      phase: 'stopping',
      kind: 'withdraw',
      reason: 'stopping',
    },
    {
      claim: 'of a daemon that stops is to withdraw what is kept and what fails open',
      vip: failOpen,
      health: { verdict: 'down', keptUntil: 9_000 },
      phase: 'stopping',
      kind: 'withdraw',
      reason: 'stopping',
    },
    {
      claim: 'of a disabled VIP is to withdraw',
      health: {},
      request: { kind: 'disabled' },
      kind: 'withdraw',
      reason: 'disabled',
    },
    {
      claim: 'of a disabled VIP is to withdraw what is kept',
      health: { verdict: 'unknown', keptUntil: 9_000 },
      request: { kind: 'disabled' },
      kind: 'withdraw',
      reason: 'disabled',
    },
    {
      claim: 'of a disabled VIP is to withdraw what fails open',
      vip: failOpen,
      health: { verdict: 'down' },
      request: { kind: 'disabled' },
      kind: 'withdraw',
      reason: 'disabled',
    },
    {
      claim: 'of a VIP that nobody has claimed is to withdraw, whatever its health',
      health: { verdict: 'down' },
      request: { kind: 'unclaimed' },
      kind: 'withdraw',
      reason: 'unclaimed',
    },
    {
      claim: 'of a VIP that is being drained is to announce, less preferred',
      health: {},
      request: { kind: 'drained', withdrawAt: now + 1, until: null },
      kind: 'announce',
      reason: 'draining',
      med: 4_294_967_295,
    },
    {
      claim: 'of a degraded VIP that is being drained is to announce with the attributes of a drain',
      health: { verdict: 'degraded' },
      request: { kind: 'drained', withdrawAt: now + 1, until: null },
      kind: 'announce',
      reason: 'draining',
      med: 4_294_967_295,
    },
    {
      claim: 'of a VIP whose drain.time is over is to withdraw',
      health: {},
      request: { kind: 'drained', withdrawAt: now, until: null },
      kind: 'withdraw',
      reason: 'drained',
    },
    {
      claim: 'of a VIP that goes down while it is being drained is to withdraw, as the operator wanted',
      health: { verdict: 'down' },
      request: { kind: 'drained', withdrawAt: now + 1, until: null },
      kind: 'withdraw',
      reason: 'drained',
    },
    {
      claim: 'of a VIP that is held down is not to announce it for a drain',
      health: { heldUntil: now + 1, withdrawals: [1] },
      request: { kind: 'drained', withdrawAt: now + 1, until: null },
      kind: 'withdraw',
      reason: 'drained',
    },
    {
      claim: 'of a VIP that is being drained and has no verdict yet is to keep what the life before announced',
      health: { verdict: 'unknown', keptUntil: now + 1 },
      request: { kind: 'drained', withdrawAt: now + 1, until: null },
      kind: 'keep',
      reason: 'kept',
    },
    {
      claim: 'without a verdict is to keep what the life before announced',
      health: { verdict: 'unknown', keptUntil: now + 1 },
      kind: 'keep',
      reason: 'kept',
    },
    {
      claim: 'without a verdict is to withdraw when adoptFor is over',
      health: { verdict: 'unknown', keptUntil: now },
      kind: 'withdraw',
      reason: 'unknown',
    },
    { claim: 'without a verdict is to withdraw', health: { verdict: 'unknown' }, kind: 'withdraw', reason: 'unknown' },
    {
      claim: 'of a VIP that is down is to withdraw',
      health: { verdict: 'down' },
      kind: 'withdraw',
      reason: 'check-failed',
    },
    {
      claim: 'of a VIP that is down and fails open is to announce with whenDown over announce',
      vip: failOpen,
      health: { verdict: 'down' },
      kind: 'announce',
      reason: 'fail-open',
      med: 900,
    },
    {
      claim: 'of a VIP that is up and held down is to withdraw',
      health: { heldUntil: now + 1, withdrawals: [1] },
      kind: 'withdraw',
      reason: 'hold-down',
    },
    {
      claim: 'of a VIP that is up and damped is to withdraw, and says so',
      health: { heldUntil: now + 1, withdrawals: [1, 2] },
      kind: 'withdraw',
      reason: 'damped',
    },
    {
      claim: 'of a degraded VIP that is held down is to withdraw',
      health: { verdict: 'degraded', heldUntil: now + 1, withdrawals: [1] },
      kind: 'withdraw',
      reason: 'hold-down',
    },
    {
      claim: 'of a degraded VIP is to announce with whenDegraded over announce',
      health: { verdict: 'degraded' },
      kind: 'announce',
      reason: 'degraded',
      med: 500,
    },
    { claim: 'of a VIP that is up is to announce', health: {}, kind: 'announce', reason: 'announced', med: 100 },
    {
      claim: 'of a VIP whose hold-down is over is to announce',
      health: { heldUntil: now, withdrawals: [1, 2] },
      kind: 'announce',
      reason: 'announced',
      med: 100,
    },
  ]
  for (const { claim, vip = plain, health: over, request = none, phase = 'running', ...expected } of rows) {
    it(claim, () => {
      const intent = intentOf(vip, health(over), request, phase, null, now)
      assert.deepEqual([intent.kind, intent.reason], [expected.kind, expected.reason])
      if (intent.kind !== 'announce') return
      assert.equal(intent.attributes.bgp.med, expected.med)
      const added = intent.reason === 'draining' ? [0xffff_0000] : []
      assert.deepEqual(intent.attributes.bgp.communities, [1, ...added], 'what is not laid over stays')
    })
  }
})

describe('what is wanted of an address', () => {
  const address = addr('203.0.113.80')
  const facts = (name: string): [string, RouterFacts] => [
    name,
    { config: routerOf(name), attributesPer: 'path', sessions: [] },
  ]
  const routers = new Map([facts('r1'), facts('r2')])
  const attributes = { bgp: { med: 1 }, ospf: {} }
  const announce: Intent = { kind: 'announce', attributes, reason: 'announced' }
  const keep: Intent = { kind: 'keep', reason: 'kept' }
  const withdraw: Intent = { kind: 'withdraw', reason: 'check-failed' }
  const bound = vipOf('web', [address.text], { routers: ['r1'], interface: 'eth0' })
  const unbound: Bond = { announces: false, lifetime: null }
  const onlyAnnounced: VipConfig = { ...bound, bind: 'announced' }

  it('names the routers of the VIP and no other', () => {
    assert.deepEqual([...wantedFor(bound, address, announce, 'running', routers, unbound).routes.keys()], ['r1'])
  })

  it('carries the intent to each router', () => {
    const both = { ...bound, routers: ['r1', 'r2'] }
    for (const intent of [announce, keep, withdraw]) {
      const wanted = wantedFor(both, address, intent, 'running', routers, unbound)
      assert.deepEqual(
        [...wanted.routes.values()].map(({ kind }) => kind),
        [intent.kind, intent.kind],
      )
    }
  })

  it('is to withdraw from a router that is not there yet, whatever the intent to announce', () => {
    const wanted = wantedFor(bound, address, announce, 'running', new Map(), unbound)
    assert.equal(wanted.routes.get('r1')?.kind, 'withdraw')
  })

  const holds: [string, VipConfig, Intent, Phase, string | null][] = [
    ['bind always: held while announced', bound, announce, 'running', 'eth0'],
    ['bind always: held while kept', bound, keep, 'running', 'eth0'],
    ['bind always: held while withdrawn', bound, withdraw, 'running', 'eth0'],
    ['bind always: not held by a daemon that stops', bound, withdraw, 'stopping', null],
    ['bind announced: held while announced', onlyAnnounced, announce, 'running', 'eth0'],
    ['bind announced: held while kept', onlyAnnounced, keep, 'running', 'eth0'],
    ['bind announced: not held while withdrawn', onlyAnnounced, withdraw, 'running', null],
    ['bind announced: not held by a daemon that stops', onlyAnnounced, withdraw, 'stopping', null],
  ]
  for (const [claim, vip, intent, phase, holdOn] of holds) {
    it(claim, () => assert.equal(wantedFor(vip, address, intent, phase, routers, unbound).holdOn, holdOn))
  }

  it('of an address that no VIP has is that it is nowhere', () => {
    const left = { lifetime: 14_000, settle: 700, unbindWithdraws: true, silent: false }
    assert.deepEqual(wantedNowhere(address, left), { address, holdOn: null, ...left, routes: new Map() })
  })

  it('has the lifetime that hangs on it, also while it settles', () => {
    const following: Bond = { announces: true, lifetime: 14_000 }
    for (const intent of [announce, keep, withdraw])
      assert.equal(wantedFor(onlyAnnounced, address, intent, 'running', routers, following).lifetime, 14_000)
  })

  const stopping: Intent = { kind: 'withdraw', reason: 'stopping' }
  const settles: [string, Intent, boolean, number][] = [
    ['settles as configured', withdraw, false, 1_000],
    ['does not settle when its service is down and unbinding withdraws it somewhere', withdraw, true, 0],
    ['settles when its service is up and unbinding withdraws it somewhere', stopping, true, 1_000],
  ]
  for (const [claim, intent, announces, settle] of settles) {
    it(claim, () => {
      const wanted = wantedFor(bound, address, intent, 'running', routers, { announces, lifetime: null })
      assert.deepEqual([wanted.settle, wanted.unbindWithdraws], [settle, announces])
    })
  }
})
