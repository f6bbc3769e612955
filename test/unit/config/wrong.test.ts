import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { describe, it } from 'node:test'

import { formatErrors } from '../../../src/config/errors.js'
import { assertGolden, fixtures, parseFixture } from './fixtures.js'

describe('a wrong configuration', () => {
  for (const fixture of fixtures('wrong')) {
    it(`${basename(fixture)} is refused with every error at its place`, () => {
      const result = parseFixture(fixture)
      assert.ok(result.kind === 'invalid', 'it was accepted')
      assertGolden(fixture, 'errors', formatErrors(result.errors))
    })

    it(`${basename(fixture)} has errors in the order of the file, each inside it and complete`, () => {
      const result = parseFixture(fixture)
      assert.ok(result.kind === 'invalid')
      const lines = readFileSync(fixture, 'utf8').split('\n')
      const places = result.errors.map(({ line, column }) => [line ?? 0, column ?? 0] as const)
      for (const [line, column] of places) {
        assert.ok(line >= 1 && line <= lines.length, `line ${line}`)
        assert.ok(column >= 1 && column <= (lines[line - 1]?.length ?? 0) + 1, `column ${column} of line ${line}`)
      }
      const sorted = [...places].sort(([a, b], [c, d]) => a - c || b - d)
      assert.deepEqual(places, sorted)
      for (const error of result.errors) {
        assert.match(error.message, /^[^\n]+[^.\s]$/)
        assert.match(error.remedy, /^[^\n]+[^.\s]$/)
        assert.doesNotMatch(`${error.message} ${error.remedy}`, /undefined|\[object|NaN/)
      }
    })
  }
})
