import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { addressLifetime, bondOf, shortestDeadMan } from '../../../src/domain/bond.js'
import { configOf, routerOf } from '../../support/sample-config.js'

/** How late the kernel may be with an address whose lifetime is over, in milliseconds. */
const late = 450

describe('what hangs on the addresses of a VIP', () => {
  const { lifecycle } = configOf([])
  const routers = [routerOf('edge'), { type: 'kernel', name: 'any' } as const]

  it('is nothing where every router is told of each route', () => {
    assert.deepEqual(bondOf({ routers: ['edge'] }, { routers, lifecycle }), { announces: false, lifetime: null })
  })

  it('is the announcement and a lifetime where one router of them is of type kernel', () => {
    const both = { announces: true, lifetime: 14_000 }
    assert.deepEqual(bondOf({ routers: ['edge', 'any'] }, { routers, lifecycle }), both)
  })

  it('is the announcement alone where everything is to stay after a crash', () => {
    const keep = { ...lifecycle, onCrash: 'keep' } as const
    assert.deepEqual(bondOf({ routers: ['any'] }, { routers, lifecycle: keep }), { announces: true, lifetime: null })
  })

  it('is nothing at a router that the file does not describe', () => {
    assert.deepEqual(bondOf({ routers: ['gone'] }, { routers, lifecycle }), { announces: false, lifetime: null })
  })

  for (const deadMan of [shortestDeadMan, 2_400, 2_500, 3_000, 15_000, 60_000]) {
    it(`is over within a bound of ${deadMan} ms, in whole seconds, and no round of refreshes comes too late for it`, () => {
      const lifetime = addressLifetime(deadMan)
      assert.equal(lifetime % 1_000, 0)
      assert.ok(lifetime + late <= deadMan, `${lifetime}`)
      assert.ok(lifetime > deadMan / 3, `${lifetime}`)
    })
  }
})
