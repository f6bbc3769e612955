import assert from 'node:assert/strict'
import type { LookupAddress } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { describe, it } from 'node:test'

import { createLookup } from '../../../src/checks/lookup.js'
import { createFakeClock } from '../../support/fake-clock.js'

const found: readonly LookupAddress[] = [
  { address: '2001:db8::80', family: 6 },
  { address: '192.0.2.80', family: 4 },
]

/** A name server that answers when it is told to. */
function nameServer(): {
  resolve: (name: string) => Promise<readonly LookupAddress[]>
  asked: string[]
  answer: (name: string, answer: readonly LookupAddress[] | string) => Promise<void>
} {
  const asked: string[] = []
  const waiting = new Map<string, (answer: readonly LookupAddress[] | string) => void>()
  return {
    asked,
    resolve: (name) => {
      asked.push(name)
      return new Promise((resolve, reject) => {
        waiting.set(name, (answer) => {
          if (typeof answer === 'string') reject(Object.assign(new Error(answer), { code: answer }))
          else resolve(answer)
        })
      })
    },
    answer: async (name, answer) => {
      waiting.get(name)?.(answer)
      await new Promise((resolve) => setImmediate(resolve))
    },
  }
}

/** What a socket hears: addresses, or a code. */
function ask(lookup: LookupFunction, name: string, options: object = { all: true }): Promise<unknown> {
  return new Promise((resolve) => {
    lookup(name, options, (error, address, family) => {
      resolve(error === null ? (family === undefined ? address : { address, family }) : error.code)
    })
  })
}

describe('lookup', () => {
  it('asks once for all who want the same name, and again after five seconds', async () => {
    const clock = createFakeClock()
    const server = nameServer()
    const lookup = createLookup(clock, server.resolve)
    const both = Promise.all([ask(lookup, 'web.example'), ask(lookup, 'web.example', { family: 4 })])
    await server.answer('web.example', found)
    assert.deepEqual(await both, [found, { address: '192.0.2.80', family: 4 }])
    await clock.advance(4_999)
    assert.deepEqual(await ask(lookup, 'web.example'), found)
    assert.equal(server.asked.length, 1)
    await clock.advance(1)
    assert.deepEqual(await ask(lookup, 'web.example', { all: true, family: 'IPv6' }), [found[0]])
    assert.equal(server.asked.length, 2)
  })

  it('goes on with what it knows when the name server does not answer, but not when the name is gone', async () => {
    const clock = createFakeClock()
    const server = nameServer()
    const lookup = createLookup(clock, server.resolve)
    const first = ask(lookup, 'web.example')
    await server.answer('web.example', found)
    await first
    for (const [code, then] of [
      ['EAI_AGAIN', found],
      ['ENOTFOUND', 'ENOTFOUND'],
    ] as const) {
      await clock.advance(5_000)
      assert.deepEqual(await ask(lookup, 'web.example'), found)
      await server.answer('web.example', code)
      const next = ask(lookup, 'web.example')
      await server.answer('web.example', code)
      assert.deepEqual(await next, then)
    }
  })

  it('asks for two names at a time, and lets the others wait', async () => {
    const server = nameServer()
    const lookup = createLookup(createFakeClock(), server.resolve)
    const names = ['a.example', 'b.example', 'c.example']
    const all = Promise.all(names.map((name) => ask(lookup, name)))
    assert.deepEqual(server.asked, ['a.example', 'b.example'])
    await server.answer('a.example', 'ENOTFOUND')
    assert.deepEqual(server.asked, names)
    await server.answer('b.example', found)
    await server.answer('c.example', found)
    assert.deepEqual(await all, ['ENOTFOUND', found, found])
  })

  it('says that a name has no address of a family', async () => {
    const lookup = createLookup(createFakeClock(), () => Promise.resolve([{ address: '192.0.2.80', family: 4 }]))
    assert.equal(await ask(lookup, 'web.example', { family: 6 }), 'ENOTFOUND')
  })
})
