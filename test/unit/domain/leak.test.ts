import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Intent } from '../../../src/domain/desired.js'
import { leakDeadline, stepLeak, type Leak, type LeakSeen } from '../../../src/domain/leak.js'

const now = 100_000
const withdraw: Intent = { kind: 'withdraw', reason: 'check-failed' }
const announce: Intent = { kind: 'announce', attributes: { bgp: {}, ospf: {} }, reason: 'announced' }
const seen: LeakSeen = { router: 'core', route: { by: '`redistribute connected`', sentTo: ['192.0.2.2'] } }
const fresh: Leak = { router: 'core', by: '`redistribute connected`', since: now }
const young: Leak = { ...fresh, since: now - 59_999 }
const old: Leak = { ...fresh, since: now - 60_000 }

describe('a leak', () => {
  it('begins when others announce what is to be withdrawn', () => {
    assert.deepEqual(stepLeak(null, withdraw, 'down', seen, now), fresh)
    assert.equal(stepLeak(null, withdraw, 'down', null, now), null)
  })

  it('is none of what is to be announced, or kept, whoever announces it', () => {
    for (const intent of [announce, { kind: 'keep', reason: 'kept' } as const]) {
      assert.equal(stepLeak(null, intent, 'up', seen, now), null)
      assert.equal(stepLeak(young, intent, 'up', seen, now), null)
    }
  })

  it('stays while it is seen and after that, since it would begin anew once the address is bound', () => {
    for (const before of [young, old]) {
      assert.equal(stepLeak(before, withdraw, 'down', seen, now), before)
      assert.equal(stepLeak(before, withdraw, 'down', null, now), before)
      assert.equal(leakDeadline(before, 'down', now), null)
    }
  })

  it('ends after a minute where nobody can judge the service without the address', () => {
    assert.equal(stepLeak(young, withdraw, 'unknown', null, now), young)
    assert.equal(leakDeadline(young, 'unknown', now), now + 1)
    assert.equal(stepLeak(old, withdraw, 'unknown', null, now), null)
    assert.equal(stepLeak(old, withdraw, 'unknown', seen, now), old)
  })
})
