import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { TargetError, type Hint } from '../../../../src/domain/target.js'
import { HintBox } from '../../../../src/routers/common/hint-box.js'
import { createFakeClock, type FakeClock } from '../../../support/fake-clock.js'

const gone = new TargetError('unreachable', 'gone')

describe('the box of hints', () => {
  const setup = (): { box: HintBox; clock: FakeClock; read: (count: number) => Promise<Hint[]> } => {
    const clock = createFakeClock()
    const box = new HintBox(clock)
    const read = async (count: number): Promise<Hint[]> => {
      const hints: Hint[] = []
      if (count === 0) return hints
      for await (const hint of box.read(new AbortController().signal)) if (hints.push(hint) === count) break
      return hints
    }
    return { box, clock, read }
  }

  it('makes one hint of changes that come together', async () => {
    const { box, clock, read } = setup()
    for (const what of ['route a', 'route b', 'session c']) box.changed(what)
    await clock.advance(50)
    box.connected()
    assert.deepEqual(await read(2), [{ kind: 'changed', what: 'route a, and 2 more changes' }, { kind: 'connected' }])
  })

  it('keeps one change alone for a reader who is slow', async () => {
    const { box, clock, read } = setup()
    for (const what of ['route a', 'route b']) {
      box.changed(what)
      await clock.advance(50)
    }
    box.connected()
    assert.deepEqual(
      (await read(2)).map(({ kind }) => kind),
      ['changed', 'connected'],
    )
  })

  it('drops what a lost connection makes pointless', async () => {
    const { box, clock, read } = setup()
    box.connected()
    box.changed('route a')
    await clock.advance(50)
    box.changed('route b')
    box.disconnected(gone)
    await clock.advance(50)
    box.connected()
    assert.deepEqual(
      (await read(2)).map(({ kind }) => kind),
      ['disconnected', 'connected'],
    )
  })

  it('wakes a reader who waits, and ends with the signal', async () => {
    const { box } = setup()
    const life = new AbortController()
    const seen: string[] = []
    setImmediate(() => box.connected())
    for await (const hint of box.read(life.signal)) {
      seen.push(hint.kind)
      setImmediate(() => life.abort())
    }
    assert.deepEqual(seen, ['connected'])
  })
})
