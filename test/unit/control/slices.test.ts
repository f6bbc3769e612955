import assert from 'node:assert/strict'
import { test } from 'node:test'
import { slices } from '../../../src/control/slices.js'

/** A clock that each item of work moves on. */
function workingClock(cost: number): { now: () => number; work: (item: number) => number } {
  let now = 0
  return {
    now: () => now,
    work: (item) => {
      now += cost
      return item * 2
    },
  }
}

async function collect(items: number[], cost: number): Promise<number[][]> {
  const { now, work } = workingClock(cost)
  const found: number[][] = []
  for await (const slice of slices(items, work, { now })) found.push(slice)
  return found
}

test('a slice ends with the item that uses up its time', async () => {
  assert.deepEqual(await collect([1, 2, 3, 4, 5], 1), [[2, 4], [6, 8], [10]])
  assert.deepEqual(await collect([1, 2, 3], 10), [[2], [4], [6]])
})

test('work that is quick enough is one slice, and nothing to do is none', async () => {
  assert.deepEqual(await collect([1, 2, 3], 0.01), [[2, 4, 6]])
  assert.deepEqual(await collect([], 1), [])
})

test('between two slices everything else that waits has its turn', async () => {
  const { now, work } = workingClock(10)
  const order: string[] = []
  setImmediate(() => order.push('waiting'))
  for await (const [item] of slices([1, 2], work, { now })) order.push(String(item))
  assert.deepEqual(order, ['2', 'waiting', '4'])
})
