import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { done, failed, LaneWorld, unsure } from './lane-world.js'

describe('a lane, after a change that failed,', () => {
  it('tries it again after a back-off, and each time later', async () => {
    const world = new LaneWorld()
    await world.want(true, 'a')
    await world.answer(failed('unreachable'))
    await world.clock.advance(99)
    assert.equal(world.sent.length, 1)
    await world.clock.advance(1)
    assert.equal(world.sent.length, 2)
    await world.answer(failed('unreachable'))
    await world.clock.advance(199)
    assert.equal(world.sent.length, 2)
    await world.clock.advance(1)
    assert.equal(world.sent.length, 3)
  })

  it('never waits longer than five seconds and a tenth', async () => {
    const world = new LaneWorld()
    await world.want(true, 'a')
    for (let attempt = 1; attempt < 12; attempt += 1) {
      assert.equal(world.sent.length, attempt)
      await world.answer(failed('timeout'))
      await world.clock.advance(5_500)
    }
  })

  it('starts from the shortest back-off after a success', async () => {
    const world = new LaneWorld()
    await world.want(true, 'a')
    await world.answer(failed('unreachable'))
    await world.clock.advance(100)
    await world.answer(done)
    await world.want(true, 'b')
    await world.answer(failed('unreachable'))
    await world.clock.advance(100)
    assert.deepEqual(world.sent, ['+a', '+a', '+b', '+b'])
  })

  it('tries it again when nobody knows whether it was made', async () => {
    const world = new LaneWorld()
    await world.want(true, 'a')
    await world.answer(unsure)
    await world.clock.advance(100)
    assert.deepEqual(world.sent, ['+a', '+a'])
  })

  it('tries what would be refused again only when it is told to', async () => {
    const world = new LaneWorld()
    await world.want(true, 'a')
    await world.answer(failed('rejected'))
    await world.clock.advance(600_000)
    assert.deepEqual(world.sent, ['+a'])
    world.lane.retryRefused()
    await world.clock.settle()
    assert.deepEqual(world.sent, ['+a', '+a'])
  })

  it('leaves what waits for its back-off to it, when it is told to try what was refused', async () => {
    const world = new LaneWorld()
    await world.want(true, 'a')
    await world.answer(failed('unreachable'))
    world.lane.retryRefused()
    await world.clock.settle()
    assert.deepEqual(world.sent, ['+a'])
  })

  it('keeps to the back-off however often the address is marked: two lanes would drive each other', async () => {
    for (const outcome of [failed('unreachable'), failed('rejected'), unsure]) {
      const world = new LaneWorld()
      world.whenRecorded = (address) => world.lane.mark(address, world.clock.now())
      await world.want(true, 'a')
      world.lane.mark('a', world.clock.now())
      await world.answer(outcome)
      for (let at = 0; at < 9; at += 1) {
        world.lane.mark('a', world.clock.now())
        await world.clock.advance(10)
      }
      assert.deepEqual(world.sent, ['+a'])
    }
  })

  it('goes on with the others', async () => {
    const world = new LaneWorld()
    await world.want(true, 'a', 'b')
    await world.answer(failed('rejected'), done)
    assert.deepEqual(world.recorded, ['+a failed', '+b done'])
    await world.want(true, 'c')
    assert.equal(world.sent.at(-1), '+c')
  })

  it('sends at once during the back-off what is something else', async () => {
    const world = new LaneWorld()
    await world.want(true, 'a', 'b')
    await world.answer(unsure, done)
    world.there.add('a')
    await world.want(false, 'a')
    assert.deepEqual(world.sent, ['+a +b', '-a'])
  })

  it('forgets what is no longer needed', async () => {
    const world = new LaneWorld()
    world.there.add('a')
    await world.want(false, 'a')
    await world.answer(failed('unreachable'))
    await world.want(true, 'a', 'b')
    assert.deepEqual(world.sent, ['-a', '+b'])
    await world.answer(done)
    await world.clock.advance(10_000)
    assert.deepEqual(world.sent, ['-a', '+b'])
  })

  it('sends at once what became something else while it was in flight', async () => {
    const world = new LaneWorld()
    await world.want(true, 'a')
    world.there.add('a')
    await world.want(false, 'a')
    await world.answer(failed('unreachable'))
    assert.deepEqual(world.sent, ['+a', '-a'])
  })

  it('tries at once when the target answers again', async () => {
    const world = new LaneWorld()
    await world.want(true, 'a')
    await world.answer(failed('unreachable'))
    world.lane.retryNow()
    await world.clock.settle()
    assert.deepEqual(world.sent, ['+a', '+a'])
    await world.answer(failed('unreachable'))
    await world.clock.advance(100)
    assert.equal(world.sent.length, 3, 'from the shortest back-off on')
  })
})
