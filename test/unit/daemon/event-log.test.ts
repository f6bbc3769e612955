import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { DaemonEvent } from '../../../src/domain/snapshot.js'
import { EventLog } from '../../../src/daemon/event-log.js'
import { createFakeClock } from '../../support/fake-clock.js'

const clock = createFakeClock()

function logOf(count: number): { log: EventLog; written: DaemonEvent[] } {
  const written: DaemonEvent[] = []
  const log = new EventLog(clock, (event) => void written.push(event))
  emit(log, count)
  return { log, written }
}

function emit(log: EventLog, count: number): void {
  for (let at = 0; at < count; at += 1) log.emit({ kind: 'daemon', text: 'something' })
}

/** Follows until `count` events have come; the numbers of those. */
async function take(log: EventLog, after: number, count: number): Promise<number[]> {
  const stop = new AbortController()
  const numbers: number[] = []
  for await (const { sequence } of log.follow(after, stop.signal)) {
    numbers.push(sequence)
    if (numbers.length === count) break
  }
  stop.abort()
  return numbers
}

describe('an event', () => {
  it('is numbered by one more than the last, dated, and has every key', () => {
    const { log, written } = logOf(0)
    log.emit({ kind: 'verdict', vip: 'web', text: 'up to down' })
    log.emit({ kind: 'daemon', text: 'stopping' })
    assert.deepEqual(written, [
      {
        sequence: 1,
        at: clock.wall(),
        kind: 'verdict',
        vip: 'web',
        address: null,
        router: null,
        check: null,
        reason: null,
        text: 'up to down',
      },
      {
        sequence: 2,
        at: clock.wall(),
        kind: 'daemon',
        vip: null,
        address: null,
        router: null,
        check: null,
        reason: null,
        text: 'stopping',
      },
    ])
    assert.equal(log.last, 2)
  })
})

describe('a follower', () => {
  it('gets those that are kept after the one it knows', async () => {
    assert.deepEqual(await take(logOf(5).log, 2, 3), [3, 4, 5])
  })

  it('gets those that come while it waits, in order', async () => {
    const { log } = logOf(1)
    const taken = take(log, 1, 3)
    await clock.settle()
    emit(log, 3)
    assert.deepEqual(await taken, [2, 3, 4])
  })

  it('does not take events from another one', async () => {
    const { log } = logOf(0)
    const both = [take(log, 0, 2), take(log, 0, 2)]
    await clock.settle()
    emit(log, 2)
    assert.deepEqual(await Promise.all(both), [
      [1, 2],
      [1, 2],
    ])
  })

  it('that asks for all gets the last two thousand', async () => {
    const numbers = await take(logOf(10_000).log, 0, 2_000)
    assert.deepEqual([numbers[0], numbers.at(-1)], [8_001, 10_000])
  })

  it('that is too slow sees a gap in the numbers, and goes on with what is kept', async () => {
    const { log } = logOf(1)
    const stop = new AbortController()
    const events = log.follow(0, stop.signal)[Symbol.asyncIterator]()
    assert.equal((await events.next()).value?.sequence, 1)
    emit(log, 9_999)
    const next = (await events.next()).value?.sequence ?? 0
    assert.ok(next > 2 && next <= 8_001, String(next))
    stop.abort()
  })

  it('of the life before, which counted further, gets the events of this one from the first', async () => {
    assert.deepEqual(await take(logOf(3).log, 5_000, 3), [1, 2, 3])
  })

  it('ends when its signal aborts, while it waits and before', async () => {
    const { log } = logOf(0)
    const stop = new AbortController()
    const events = log.follow(0, stop.signal)[Symbol.asyncIterator]()
    const next = events.next()
    await clock.settle()
    stop.abort()
    assert.deepEqual(await next, { done: true, value: undefined })
    assert.equal((await log.follow(0, stop.signal)[Symbol.asyncIterator]().next()).done, true)
  })

  it('that has enough is forgotten: nothing of it is left to be woken', async () => {
    const { log } = logOf(1)
    const stop = new AbortController()
    await take(log, 0, 1)
    const events = log.follow(1, stop.signal)[Symbol.asyncIterator]()
    const next = events.next()
    await clock.settle()
    stop.abort()
    await next
    assert.doesNotThrow(() => emit(log, 1))
  })
})
