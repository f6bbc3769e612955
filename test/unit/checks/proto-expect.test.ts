import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import fc from 'fast-check'

import { expectMessage } from '../../../src/checks/proto-expect.js'
import type { JsonObject } from '../../../src/domain/config.js'
import { decodeJson, encodeJson, thingsType } from '../../support/things.js'

const type = await thingsType('CountResponse')

/** As it arrives: through bytes, so that what was never set is not there. */
const arrived = (json: object): JsonObject => decodeJson(type, encodeJson(type, json)) as JsonObject

const differs = (expected: JsonObject, actual: object): string | null => expectMessage(type, expected)(arrived(actual))

const text = fc.string({ unit: 'grapheme', maxLength: 10 })
const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })
const shelf = fc.record({ name: text, things: int32, limit: int32 }, { requiredKeys: [] })
const long = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String)

const message = fc.record(
  {
    total: int32,
    bytes: long,
    ready: fc.boolean(),
    kind: fc.constantFrom('KIND_ANY', 'KIND_ROUND', 'KIND_SQUARE'),
    load: fc.float({ noNaN: true, noDefaultInfinity: true }),
    countedAt: fc.constantFrom('2026-01-02T03:04:05Z', '1999-12-31T23:59:59.250Z'),
    shelves: fc.array(shelf, { maxLength: 3 }),
    byColor: fc.dictionary(text, long, { maxKeys: 3 }),
    largest: shelf,
    digest: fc.base64String({ maxLength: 12 }),
    tags: fc.array(text, { maxLength: 3 }),
    person: text,
    took: fc.constantFrom('1.500s', '3s'),
    weight: fc.double({ noNaN: true, noDefaultInfinity: true }),
  },
  { requiredKeys: [] },
)

/** Some keys of a message, and of the messages in it. */
const partOf = (whole: JsonObject, pick: () => boolean): JsonObject =>
  Object.fromEntries(
    Object.entries(whole)
      .filter(() => pick())
      .map(([key, value]) => {
        if (key === 'largest') return [key, partOf(value as JsonObject, pick)]
        if (key === 'shelves') return [key, (value as JsonObject[]).map((item) => partOf(item, pick))]
        return [key, value]
      }),
  )

describe('what is expected of a message', () => {
  it('is met by every message that holds all of it, whatever else it holds', () => {
    fc.assert(
      fc.property(message, fc.infiniteStream(fc.boolean()), (sent, choices) => {
        const whole = sent as JsonObject
        assert.equal(
          differs(
            partOf(whole, () => choices.next().value as boolean),
            whole,
          ),
          null,
        )
        assert.equal(differs(whole, whole), null)
      }),
      { numRuns: 300 },
    )
  })

  it('is not met when one number is another', () => {
    fc.assert(
      fc.property(message, int32, int32, (sent, total, other) => {
        fc.pre(total !== other)
        const expected = { ...sent, total } as JsonObject
        assert.match(differs(expected, { ...sent, total: other }) ?? '', /^answer has total /)
      }),
    )
  })

  it('takes a number that was never set for zero, and a flag for false', () => {
    assert.equal(differs({ total: 0, ready: false, bytes: '0', kind: 'KIND_ANY', tags: [], person: null }, {}), null)
    assert.equal(differs({ ready: true }, {}), 'answer has ready unset, expected true')
    assert.equal(differs({ person: null }, { person: '' }), 'answer has person "", expected unset')
    assert.equal(differs({ person: '' }, {}), 'answer has person unset, expected ""')
  })

  it('knows the spellings of names and values', () => {
    assert.equal(differs({ counted_at: '2026-01-02T04:04:05+01:00' }, { countedAt: '2026-01-02T03:04:05Z' }), null)
    assert.equal(differs({ by_color: { red: 5 }, bytes: 7 }, { byColor: { red: '5', blue: '6' }, bytes: '7' }), null)
    assert.equal(differs({ kind: 1 }, { kind: 'KIND_ROUND' }), null)
    assert.equal(differs({ load: 0.1 }, { load: 0.1 }), null)
  })

  it('says where an answer differs', () => {
    const actual = { largest: { name: 'a', things: 3 }, shelves: [{ name: 'a' }, { name: 'b' }], byColor: { red: '5' } }
    assert.equal(differs({ largest: { things: 4 } }, actual), 'answer has largest.things 3, expected 4')
    assert.equal(differs({ largest: {} }, {}), 'answer has no largest')
    assert.equal(differs({ shelves: [{}, { name: 'c' }] }, actual), 'answer has shelves[1].name "b", expected "c"')
    assert.equal(differs({ shelves: [{}] }, actual), 'answer has 2 shelves, expected 1')
    assert.equal(differs({ shelves: [{}] }, {}), 'answer has 0 shelves, expected 1')
    assert.equal(differs({ byColor: { red: 6 } }, actual), 'answer has byColor["red"] "5", expected "6"')
    assert.equal(differs({ byColor: { blue: 6 } }, actual), 'answer has byColor["blue"] unset, expected "6"')
    assert.equal(differs({ tags: ['x'] }, { tags: ['x', 'y'] }), 'answer has tags ["x","y"], expected ["x"]')
  })

  it('is refused when no message can have it', () => {
    const refused = (expected: JsonObject): RegExp | string => {
      try {
        expectMessage(type, expected)
      } catch (error) {
        return (error as Error).message
      }
      return 'it was accepted'
    }
    assert.equal(
      refused({ largest: { thing: 3 } }),
      'demo.v1.CountResponse.Shelf has no field thing, which `expect` names',
    )
    assert.equal(refused({ largest: 3 }), '`expect` must have a map as largest')
    assert.equal(refused({ shelves: {} }), '`expect` must have a list as shelves')
    for (const wrong of [
      { byColor: [] },
      { total: 'x' },
      { ready: 1 },
      { kind: 'ROUND' },
      { bytes: '99999999999999999999' },
    ]) {
      assert.match(String(refused(wrong)), /^`expect` does not fit: /)
    }
  })
})
