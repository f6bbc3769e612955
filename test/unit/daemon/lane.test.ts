import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Lane } from '../../../src/daemon/lane.js'
import { createFakeClock } from '../../support/fake-clock.js'
import { done, failed, LaneWorld, unsure, type Change } from './lane-world.js'

describe('a lane', () => {
  it('sends what a mark asks for in the same turn', async () => {
    const world = new LaneWorld()
    await world.want(true, 'a')
    assert.deepEqual(world.sent, ['+a'])
  })

  it('sends nothing for an address that needs nothing', async () => {
    const world = new LaneWorld()
    world.lane.mark('a', 0)
    await world.clock.settle()
    assert.deepEqual(world.sent, [])
  })

  it('has one batch in flight at a time, and gathers what is marked meanwhile into the next', async () => {
    const world = new LaneWorld()
    await world.want(true, 'a')
    await world.want(true, 'b', 'c')
    assert.deepEqual(world.sent, ['+a'])
    await world.answer(done)
    assert.deepEqual(world.sent, ['+a', '+b +c'])
  })

  it('sends no more than a chunk at a time', async () => {
    const world = new LaneWorld({ chunk: 2 })
    await world.want(true, 'a')
    await world.want(true, 'b', 'c', 'd')
    await world.answer(done)
    await world.answer(done)
    assert.deepEqual(world.sent, ['+a', '+b +c', '+d'])
  })

  it('lets an urgent change wait for no more than the chunk in flight', async () => {
    const world = new LaneWorld({ chunk: 2 })
    world.there.add('x')
    world.wanted.add('x')
    await world.want(true, 'a', 'b', 'c', 'd', 'e')
    await world.want(false, 'x')
    await world.answer(done)
    assert.deepEqual(world.sent, ['+a +b', '-x'])
  })

  it('sends all that is urgent before anything that is not', async () => {
    const world = new LaneWorld({ chunk: 1 })
    for (const address of ['x', 'y']) world.there.add(address)
    await world.want(true, 'a', 'b')
    await world.want(false, 'x', 'y')
    for (let batch = 0; batch < 3; batch += 1) await world.answer(done)
    assert.deepEqual(world.sent, ['+a', '-x', '-y', '+b'])
  })

  it('plans at the moment of sending: what changed its mind while it waited is not sent', async () => {
    const world = new LaneWorld()
    await world.want(true, 'a')
    await world.want(true, 'b')
    await world.want(false, 'b')
    await world.answer(done)
    assert.deepEqual(world.sent, ['+a'])
  })

  it('plans anew after the outcome what was marked while in flight', async () => {
    const world = new LaneWorld()
    await world.want(true, 'a')
    await world.want(false, 'a')
    assert.deepEqual(world.sent, ['+a'], 'not while in flight')
    await world.answer(done)
    assert.deepEqual(world.sent, ['+a', '-a'])
  })

  it('says which addresses are in flight', async () => {
    const world = new LaneWorld()
    await world.want(true, 'a')
    await world.want(true, 'b')
    assert.deepEqual([world.lane.isInFlight('a'), world.lane.isInFlight('b')], [true, false])
    await world.answer(done)
    assert.deepEqual([world.lane.isInFlight('a'), world.lane.isInFlight('b')], [false, true])
  })

  it('measures from when the event was seen, also for what waited', async () => {
    const world = new LaneWorld()
    await world.want(true, 'a')
    await world.clock.advance(30)
    await world.want(true, 'b')
    await world.clock.advance(20)
    await world.answer(done)
    await world.clock.advance(5)
    await world.answer(done)
    assert.deepEqual(world.reactions, [50, 25])
  })

  it('keeps the time of the first of several marks', async () => {
    const world = new LaneWorld()
    await world.want(true, 'a')
    await world.want(true, 'b')
    await world.clock.advance(40)
    await world.want(true, 'b')
    await world.answer(done)
    await world.answer(done)
    assert.deepEqual(world.reactions, [40, 40])
  })

  it('leaves the gap between the starts of two batches', async () => {
    const world = new LaneWorld({ gap: 15 })
    await world.want(true, 'a')
    await world.clock.advance(5)
    await world.want(true, 'b')
    await world.answer(done)
    await world.clock.advance(9)
    assert.deepEqual(world.sent, ['+a'])
    await world.clock.advance(1)
    assert.deepEqual(world.sent, ['+a', '+b'])
  })

  it('refuses a target that does not answer each change', async () => {
    const lane = new Lane<Change>({
      target: { apply: () => Promise.resolve([]) },
      plan: () => '+a',
      urgency: () => 'next',
      record: () => {},
      chunk: 1,
      gap: 0,
      clock: createFakeClock(),
      random: () => 0,
    })
    const run = lane.run(new AbortController().signal)
    lane.mark('a', 0)
    await assert.rejects(run, /one outcome for each change/)
  })
})

describe('a lane that is stopped', () => {
  it('returns at once when nothing is in flight', async () => {
    const world = new LaneWorld()
    const { ended } = world.abort()
    await world.clock.settle()
    assert.ok(ended())
  })

  it('returns when what is in flight has ended, and not before, and records it', async () => {
    const world = new LaneWorld()
    await world.want(true, 'a')
    await world.want(true, 'b')
    const { ended } = world.abort()
    await world.clock.advance(1_000)
    assert.ok(!ended())
    assert.ok(world.batches[0]?.signal.aborted)
    await world.answer(unsure)
    assert.ok(ended())
    assert.deepEqual(world.recorded, ['+a unsure'])
    assert.deepEqual(world.sent, ['+a'], 'and sends nothing more')
  })

  it('leaves no timer behind', async () => {
    const world = new LaneWorld({ gap: 15 })
    await world.want(true, 'a')
    await world.answer(failed('unreachable'))
    world.abort()
    await world.clock.settle()
    assert.equal(world.clock.pending, 0)
  })
})
