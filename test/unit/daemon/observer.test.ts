import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { TargetError, type Hint } from '../../../src/domain/target.js'
import { Observer } from '../../../src/daemon/observer.js'
import { createFakeClock, type FakeClock } from '../../support/fake-clock.js'

const error = new TargetError('unreachable', 'nobody listens')

/** An observer of a target that takes `takes` milliseconds to be listed; times are relative to the start. */
class World {
  readonly clock: FakeClock = createFakeClock(0)
  readonly looks: number[] = []
  readonly told: string[] = []
  takes = 0
  fails: Error | null = null
  resync = 30_000
  readonly observer: Observer<number>
  readonly #stop = new AbortController()
  readonly #run: Promise<void>
  #hint: (hint: Hint) => void = () => {}

  constructor() {
    const { clock } = this
    this.observer = new Observer<number>({
      target: { name: 'target', observe: () => this.#observe(), hints: (signal) => this.#hints(signal) },
      resync: () => this.resync,
      observed: (observed, startedAt) => {
        this.told.push(`${observed} since ${startedAt}`)
        return Promise.resolve()
      },
      failed: ({ message }) => this.told.push(`failed: ${message}`),
      connected: () => this.told.push('connected'),
      disconnected: ({ message }) => this.told.push(`disconnected: ${message}`),
      clock,
      random: () => 0.5,
    })
    this.#run = this.observer.run(this.#stop.signal)
  }

  get signal(): AbortSignal {
    return this.#stop.signal
  }

  async hint(hint: Hint): Promise<void> {
    this.#hint(hint)
    await this.clock.settle()
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    await this.clock.advance(this.takes)
    await this.#run
  }

  async #observe(): Promise<number> {
    this.looks.push(this.clock.now())
    if (this.takes > 0) await new Promise<void>((resolve) => this.clock.timer(this.takes, resolve))
    if (this.fails !== null) throw this.fails
    return this.looks.length
  }

  async *#hints(signal: AbortSignal): AsyncGenerator<Hint> {
    const waiting: Hint[] = []
    let wake = (): void => {}
    this.#hint = (hint) => {
      waiting.push(hint)
      wake()
    }
    signal.addEventListener('abort', () => wake())
    while (!signal.aborted) {
      const hint = waiting.shift()
      if (hint === undefined) await new Promise<void>((resolve) => (wake = resolve))
      else yield hint
    }
  }
}

let world: World
beforeEach(() => {
  world = new World()
})
afterEach(() => world.stop())

describe('an observer', () => {
  it('looks at everything on its own timer, and leaves the first look to its caller', async () => {
    await world.clock.advance(29_999)
    assert.deepEqual(world.looks, [])
    await world.clock.advance(30_001)
    assert.deepEqual(world.looks, [30_000, 60_000])
  })

  it('takes a new period from the next look on', async () => {
    await world.clock.advance(30_000)
    world.resync = 10_000
    await world.clock.advance(50_000)
    assert.deepEqual(world.looks, [30_000, 60_000, 70_000, 80_000])
  })

  it('says what it saw and since when', async () => {
    world.takes = 5
    const looked = world.observer.look(world.signal)
    await world.clock.advance(5)
    assert.equal(await looked, true)
    assert.deepEqual(world.told, ['1 since 0'])
  })

  it('looks soon after a hint, once for a burst of them', async () => {
    for (let at = 0; at < 5; at += 1) await world.hint({ kind: 'changed', what: 'something' })
    await world.clock.advance(19)
    assert.deepEqual(world.looks, [])
    await world.clock.advance(1_000)
    assert.deepEqual(world.looks, [20])
  })

  it('looks again for a hint that came while it looked', async () => {
    world.takes = 10
    await world.hint({ kind: 'changed', what: 'something' })
    await world.clock.advance(25)
    await world.hint({ kind: 'changed', what: 'more' })
    await world.clock.advance(1_000)
    assert.equal(world.looks.length, 2)
  })

  it('spends a small part of the time on looking, however many hints come', async () => {
    world.takes = 100
    for (let at = 0; at < 100; at += 1) {
      await world.hint({ kind: 'changed', what: 'something' })
      await world.clock.advance(100)
    }
    assert.ok(world.looks.length <= 10, `${world.looks.length} looks of 100 ms in 10 s`)
  })

  it('looks at once when asked to, without a hint', async () => {
    world.observer.soon()
    await world.clock.advance(20)
    assert.deepEqual(world.looks, [20])
  })

  it('passes on that the target answers, and looks: it may have lost everything', async () => {
    await world.hint({ kind: 'connected' })
    await world.clock.advance(20)
    assert.deepEqual(world.told, ['connected', '1 since 20'])
  })

  it('does not let a target that answers again wait for the rest after a long look', async () => {
    world.takes = 1_000
    await world.hint({ kind: 'changed', what: 'something' })
    await world.clock.advance(1_100)
    await world.hint({ kind: 'connected' })
    await world.clock.advance(30)
    assert.equal(world.looks.length, 2)
  })

  it('passes on that the target is gone, and does not look for it', async () => {
    await world.hint({ kind: 'disconnected', error })
    await world.clock.advance(1_000)
    assert.deepEqual(world.told, ['disconnected: nobody listens'])
    assert.deepEqual(world.looks, [])
  })
})

describe('an observer whose look fails', () => {
  it('reports it, and looks again with back-off up to five seconds and a tenth', async () => {
    world.fails = error
    await world.clock.advance(30_000)
    assert.deepEqual(world.told, ['failed: nobody listens'])
    await world.clock.advance(1_400)
    assert.deepEqual(world.looks, [30_000, 30_200, 30_600, 31_400])
    await world.clock.advance(60_000)
    const gaps = world.looks.slice(-3).map((at, index, all) => at - (all[index - 1] ?? at))
    assert.ok(gaps.every((gap) => gap <= 5_500))
  })

  it('goes back to its period after a success', async () => {
    world.fails = error
    await world.clock.advance(30_000)
    world.fails = null
    await world.clock.advance(60_000)
    assert.deepEqual(world.looks, [30_000, 30_200, 60_200])
  })

  it('says so to whoever asked for the look', async () => {
    world.fails = error
    assert.equal(await world.observer.look(world.signal), false)
  })

  it('does not swallow a fault of our own', async () => {
    world.fails = new TypeError('a bug')
    await assert.rejects(world.observer.look(world.signal), TypeError)
  })
})

describe('an observer that is stopped', () => {
  it('returns, leaves no timer, and reports no failure that its stop made', async () => {
    world.takes = 50
    world.fails = error
    const looked = world.observer.look(world.signal)
    await world.stop()
    assert.equal(await looked, false)
    assert.deepEqual([world.told, world.clock.pending], [[], 0])
  })
})
