import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { isIntended, reasons, worstReason, type Reason } from '../../../src/domain/reason.js'

const all = Object.keys(reasons) as Reason[]

describe('reasons', () => {
  it('are ordered as the user contract lists them, worst first', () => {
    const contract = `leaked withdraw-failed check-failed bind-failed address-conflict router-unreachable router-conflict
      no-session not-advertised no-next-hop vip-unbound no-covering-route override-latched override-expired hold-down damped
      drained draining disabled unclaimed unknown pending stopping last-resort fail-open degraded kept local-mode announced`
    const added = new Set<Reason>(['announce-failed', 'not-silent'])
    assert.deepEqual(
      all.filter((reason) => !added.has(reason)),
      contract.split(/\s+/),
    )
  })

  it('each say what they mean in one sentence or two', () => {
    for (const reason of all) assert.match(reasons[reason], /^[A-Z].*\.$/, reason)
  })
})

describe('the worst reason', () => {
  it('is announced where there is none', () => assert.equal(worstReason([]), 'announced'))

  it('is the first of them in the order, however they are listed', () => {
    const some = fc.uniqueArray(fc.constantFrom(...all), { minLength: 1 })
    fc.assert(
      fc.property(some, (list) => {
        const worst = worstReason(list)
        assert.equal(worst, worstReason(list.toReversed()))
        assert.ok(list.includes(worst))
        assert.ok(list.every((reason) => all.indexOf(worst) <= all.indexOf(reason)))
      }),
    )
  })
})

describe('what an operator, the mode or the life cycle wants', () => {
  it('is no fault', () => {
    const intended = all.filter(isIntended)
    assert.deepEqual(intended.sort(), [
      'announced',
      'degraded',
      'disabled',
      'drained',
      'draining',
      'fail-open',
      'kept',
      'last-resort',
      'local-mode',
      'override-expired',
      'override-latched',
      'stopping',
      'unclaimed',
    ])
  })
})
