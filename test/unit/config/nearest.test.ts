import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { nearest } from '../../../src/config/nearest.js'

const keys = ['interval', 'fastInterval', 'timeout', 'holdDown', 'rise', 'fall', 'med']

describe('the key that was meant', () => {
  for (const [written, meant] of [
    ['intervall', 'interval'],
    ['interva', 'interval'],
    ['inteval', 'interval'],
    ['itnerval', 'interval'],
    ['hold_down', 'holdDown'],
    ['hold-down', 'holdDown'],
    ['HOLDDOWN', 'holdDown'],
    ['fastinterval', 'fastInterval'],
    ['mde', 'med'],
    ['rize', 'rise'],
  ] as const) {
    it(`of ${written} is ${meant}`, () => {
      assert.equal(nearest(written, keys), meant)
    })
  }

  it('is not guessed from another word', () => {
    for (const written of ['weight', 'url', 'xyz', '']) assert.equal(nearest(written, keys), undefined, written)
  })

  it('is nothing where nothing is known', () => {
    assert.equal(nearest('interval', []), undefined)
  })
})
