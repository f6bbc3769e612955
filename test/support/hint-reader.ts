import assert from 'node:assert/strict'
import { setTimeout } from 'node:timers/promises'
import type { Hint, RouterTarget } from '../../src/domain/target.js'

/** Reads a target's hints one by one. */
export class HintReader {
  readonly #life = new AbortController()
  readonly #hints: AsyncIterator<Hint>

  constructor(target: RouterTarget) {
    this.#hints = target.hints(this.#life.signal)[Symbol.asyncIterator]()
  }

  /** The next one, which must be of this kind. Sessions may change at any time, and are passed over unless asked for. */
  async next(kind: Hint['kind'], about: 'routes' | 'sessions' = 'routes'): Promise<Hint> {
    for (;;) {
      const { value, done } = await this.#within(`a hint: ${kind}`)
      assert.ok(done !== true, 'the hints ended')
      if (about === 'routes' && value.kind === 'changed' && value.what.startsWith('session')) continue
      if (value.kind !== kind) this.#life.abort()
      assert.equal(value.kind, kind, JSON.stringify(value))
      return value
    }
  }

  /** The next one, whatever it is. */
  async any(): Promise<void> {
    await this.#within('any hint')
  }

  /** Aborts the signal: the hints must end. */
  async end(): Promise<void> {
    this.#life.abort()
    assert.equal((await this.#within('the end of the hints')).done, true)
  }

  async #within(what: string): Promise<IteratorResult<Hint, undefined>> {
    const late = new AbortController()
    const deadline = setTimeout(20_000, undefined, { signal: late.signal }).then(() => {
      // The test fails, and a target that is still watched would keep its process.
      this.#life.abort()
      throw new Error(`waited 20 s in vain for ${what}`)
    })
    deadline.catch(() => {})
    try {
      return (await Promise.race([this.#hints.next(), deadline])) as IteratorResult<Hint, undefined>
    } finally {
      late.abort()
    }
  }
}
