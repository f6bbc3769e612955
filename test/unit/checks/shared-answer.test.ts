import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { SharedAnswer } from '../../../src/checks/shared-answer.js'
import { createFakeClock } from '../../support/fake-clock.js'

/** Questions, each answered by the test. */
function questions() {
  const clock = createFakeClock()
  const asked: { answer: (text: string) => void; refuse: (error: Error) => void; signal: AbortSignal }[] = []
  const shared = new SharedAnswer<string>(
    (signal) => new Promise((answer, refuse) => asked.push({ answer, refuse, signal })),
    clock,
  )
  const get = (maxAge: number, signal = new AbortController().signal): Promise<string | null> =>
    shared.get(maxAge, signal)
  return { clock, asked, get }
}

describe('a shared answer', () => {
  it('is asked for once by all who want it at one time', async () => {
    const { asked, get } = questions()
    const all = [get(0), get(0), get(100)]
    asked[0]!.answer('yes')
    assert.deepEqual(await Promise.all(all), ['yes', 'yes', 'yes'])
    assert.equal(asked.length, 1)
  })

  it('serves as long as its question is no older than each one says', async () => {
    const { clock, asked, get } = questions()
    const first = get(0)
    asked[0]!.answer('old')
    await first
    await clock.advance(50)
    assert.equal(await get(50), 'old')
    const fresh = get(49)
    asked[1]!.answer('new')
    assert.equal(await fresh, 'new')
    assert.equal(await get(1000), 'new')
  })

  it('is asked for again while an older question is still open', async () => {
    const { clock, asked, get } = questions()
    const patient = get(0)
    await clock.advance(10)
    const second = get(5)
    asked[1]!.answer('second')
    assert.equal(await second, 'second')
    asked[0]!.answer('first')
    assert.equal(await patient, 'first')
  })

  it('is given up when nobody waits for it any more, and not before', async () => {
    const { asked, get } = questions()
    const [one, two] = [new AbortController(), new AbortController()]
    const [first, second] = [get(0, one.signal), get(0, two.signal)]
    one.abort()
    assert.equal(await first, null)
    assert.equal(asked[0]!.signal.aborted, false)
    two.abort()
    assert.equal(await second, null)
    assert.equal(asked[0]!.signal.aborted, true)
    void get(1000)
    assert.equal(asked.length, 2, 'a question that was given up serves nobody')
    assert.equal(await get(0, AbortSignal.abort()), null)
  })

  it('that is an error is one for all who wait for it, and for nobody who left', async () => {
    const { asked, get } = questions()
    const left = new AbortController()
    const stayed = get(0)
    void get(0, left.signal)
    left.abort()
    asked[0]!.refuse(new Error('no'))
    await assert.rejects(stayed, /no/)
  })

  it('that has come is not taken back by a later abort', async () => {
    const { asked, get } = questions()
    const signal = new AbortController()
    const answer = get(0, signal.signal)
    asked[0]!.answer('yes')
    assert.equal(await answer, 'yes')
    signal.abort()
    assert.equal(asked[0]!.signal.aborted, false)
  })
})
