import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { inSlices } from '../../../src/platform/slices.js'

const items = [1, 2, 3, 4, 5]

describe('a list in slices', () => {
  it('gives every item once, in order', async () => {
    const slices: (readonly number[])[] = []
    for await (const slice of inSlices(items, 2, new AbortController().signal)) slices.push(slice)
    assert.deepEqual(slices, [[1, 2], [3, 4], [5]])
  })

  it('lets others run between two slices', async () => {
    let turns = 0
    setImmediate(() => (turns += 1))
    const seen: number[] = []
    for await (const slice of inSlices(items, 3, new AbortController().signal)) seen.push(slice.length, turns)
    assert.deepEqual(seen, [3, 0, 2, 1])
  })

  it('ends when the signal aborts', async () => {
    const life = new AbortController()
    const seen: number[] = []
    for await (const slice of inSlices(items, 2, life.signal)) {
      seen.push(...slice)
      life.abort()
    }
    assert.deepEqual(seen, [1, 2])
  })
})
