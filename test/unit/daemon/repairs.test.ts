import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Repairs } from '../../../src/daemon/repairs.js'

describe('repairs of one thing', () => {
  it('go at once five times in a minute, and then every ten seconds', () => {
    const repairs = new Repairs()
    const due = [0, 1, 2, 3, 4, 5, 6].map((now) => repairs.count('a', 'binding', now))
    assert.deepEqual(due, [0, 1, 2, 3, 4, 10_004, 20_004])
  })

  it('go at once again when a minute has passed', () => {
    const repairs = new Repairs()
    for (let now = 0; now < 5; now += 1) repairs.count('a', 'binding', now)
    assert.equal(repairs.count('a', 'binding', 60_004), 60_004)
  })

  it('wait until they are due, and no longer', () => {
    const repairs = new Repairs()
    for (let now = 0; now < 6; now += 1) repairs.count('a', 'binding', now)
    assert.ok(repairs.waits('a', 'binding', 10_003))
    assert.ok(!repairs.waits('a', 'binding', 10_004))
  })

  it('say nothing of another thing or another address', () => {
    const repairs = new Repairs()
    for (let now = 0; now < 6; now += 1) repairs.count('a', 'binding', now)
    assert.equal(repairs.count('a', 'announce at r1', 7), 7)
    assert.equal(repairs.count('b', 'binding', 7), 7)
  })

  it('start from nothing when the thing has become another', () => {
    const repairs = new Repairs()
    for (let now = 0; now < 6; now += 1) repairs.count('a', 'withdraw at r1', now)
    repairs.forget('a', 'withdraw at r1')
    assert.ok(!repairs.waits('a', 'withdraw at r1', 7))
    assert.equal(repairs.count('a', 'withdraw at r1', 7), 7)
  })
})

describe('the next repair of an address', () => {
  it('is the first of those that wait', () => {
    const repairs = new Repairs()
    for (let now = 0; now < 6; now += 1) repairs.count('a', 'binding', now)
    for (let now = 10; now < 16; now += 1) repairs.count('a', 'announce at r1', now)
    assert.equal(repairs.nextDue('a', 20), 10_004)
    assert.equal(repairs.nextDue('a', 10_004), 10_014)
  })

  it('is none while none waits', () => {
    const repairs = new Repairs()
    repairs.count('a', 'binding', 1)
    assert.equal(repairs.nextDue('a', 1), null)
    assert.equal(repairs.nextDue('b', 1), null)
  })

  it('still waits after what is old was forgotten', () => {
    const repairs = new Repairs()
    for (let now = 0; now < 6; now += 1) repairs.count('a', 'binding', now)
    repairs.prune(9_000)
    assert.equal(repairs.nextDue('a', 9_000), 10_004)
    repairs.prune(70_004)
    assert.equal(repairs.count('a', 'binding', 70_005), 70_005)
  })
})
