import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { boundReason } from '../../../src/domain/bound-reason.js'
import type { Intent } from '../../../src/domain/desired.js'
import type { BindingBelief } from '../../../src/domain/plan.js'
import type { Reason } from '../../../src/domain/reason.js'
import { TargetError } from '../../../src/domain/target.js'

const announce: Intent = { kind: 'announce', attributes: { bgp: {}, ospf: {} }, reason: 'degraded' }
const keep: Intent = { kind: 'keep', reason: 'kept' }
const withdraw: Intent = { kind: 'withdraw', reason: 'check-failed' }

const ours: BindingBelief = { state: 'present', interface: 'lo', owner: 'ours' }
const found: BindingBelief = { state: 'present', interface: 'eth0', owner: 'found' }
const unsure: BindingBelief = { state: 'unsure', interface: 'lo' }
const absent: BindingBelief = { state: 'absent' }
const refused = new TargetError('rejected', 'no')
const fought = new TargetError('conflict', 'somebody removes it')

describe('at a router of type kernel', () => {
  const rows: [string, Intent, BindingBelief, TargetError | null, Reason, string | null][] = [
    ['what is wanted and bound is as intended', announce, ours, null, 'degraded', 'bound on lo; what'],
    ['so is an address that was there before', announce, found, null, 'degraded', 'bound on eth0; what'],
    ['a refresh that fails changes nothing yet', announce, ours, refused, 'degraded', 'bound on lo; what'],
    ['what is not bound yet is pending', announce, absent, null, 'pending', 'being bound'],
    ['so is what may be bound', announce, unsure, null, 'pending', 'being bound'],
    ['what the kernel refused says why', announce, absent, refused, 'bind-failed', 'no'],
    ['what somebody else removes is unbound', announce, absent, fought, 'vip-unbound', 'somebody removes it'],
    ['what is kept and bound is kept', keep, ours, null, 'kept', null],
    ['what is kept and not bound is not announced', keep, absent, null, 'unknown', null],
    ['what is not wanted and not bound is as intended', withdraw, absent, null, 'check-failed', null],
    ['what is not wanted and still bound is pending', withdraw, ours, null, 'pending', 'about to be removed'],
    ['what can not be unbound is not withdrawn', withdraw, ours, refused, 'withdraw-failed', 'no'],
    ['what was there before leaks', withdraw, found, null, 'leaked', 'was on eth0 before vipcast'],
  ]
  for (const [claim, intent, belief, error, reason, detail] of rows) {
    it(claim, () => {
      const because = boundReason(intent, { belief, error })
      assert.equal(because.reason, reason)
      if (detail === null) assert.equal(because.detail, null)
      else assert.ok(because.detail?.includes(detail), because.detail ?? '')
    })
  }
})
