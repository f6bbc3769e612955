import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { Alarms } from '../../../src/daemon/alarms.js'
import { createFakeClock, type FakeClock } from '../../support/fake-clock.js'

let clock: FakeClock
let rung: string[]
let alarms: Alarms
beforeEach(() => {
  clock = createFakeClock(0)
  rung = []
  alarms = new Alarms(clock, (key) => void rung.push(`${key} at ${clock.now()}`))
})

describe('an alarm', () => {
  it('rings once, and never before its time', async () => {
    alarms.set('a', 100)
    await clock.advance(100)
    assert.deepEqual(rung, [])
    await clock.advance(1_000)
    assert.deepEqual(rung, ['a at 101'])
  })

  it('is replaced by the next of its key, earlier or later', async () => {
    alarms.set('a', 100)
    alarms.set('a', 300)
    alarms.set('b', 100)
    alarms.set('b', 50)
    await clock.advance(1_000)
    assert.deepEqual(rung, ['b at 51', 'a at 301'])
  })

  it('is taken back by null', async () => {
    alarms.set('a', 100)
    alarms.set('a', null)
    await clock.advance(1_000)
    assert.deepEqual(rung, [])
  })

  it('may be set again while it rings', async () => {
    const twice = new Alarms(clock, (key) => {
      rung.push(key)
      if (rung.length < 3) twice.set(key, clock.now() + 10)
    })
    twice.set('a', 10)
    await clock.advance(1_000)
    assert.deepEqual(rung, ['a', 'a', 'a'])
  })

  it('leaves no timer when all are cleared', () => {
    alarms.set('a', 100)
    alarms.set('b', 100)
    alarms.clear()
    assert.equal(clock.pending, 0)
  })
})
