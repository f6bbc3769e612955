import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { AnswerReader, Gibberish, type Answer } from '../../../../src/routers/frr/vty/answers.js'
import { answerBytes } from '../../../support/fake-vty.js'

const text = fc.string({ unit: 'grapheme', maxLength: 200 }).map((any) => any.replaceAll('\0', ''))
const answer: fc.Arbitrary<Answer> = fc.record(
  { text, status: fc.integer({ min: 0, max: 255 }) },
  { noNullPrototype: true },
)

function readAll(reader: AnswerReader, pieces: readonly Buffer[]): Answer[] {
  return pieces.flatMap((piece) => reader.read(piece))
}

/** The bytes cut at these places. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const at = [0, ...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
  return at.slice(1).map((end, index) => bytes.subarray(at[index], end))
}

describe('the answers of a vty', () => {
  it('come out as they went in, wherever the stream was cut', () => {
    fc.assert(
      fc.property(fc.array(answer, { maxLength: 6 }), fc.array(fc.nat(), { maxLength: 12 }), (answers, places) => {
        const bytes = Buffer.concat(answers.map((one) => answerBytes(one.text, one.status)))
        assert.deepEqual(readAll(new AnswerReader(), cut(bytes, places)), answers)
      }),
    )
  })

  it('are either answers or gibberish, never anything else, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        try {
          for (const one of new AnswerReader().read(Buffer.from(bytes))) assert.ok(!one.text.includes('\0'))
        } catch (error) {
          assert.ok(error instanceof Gibberish)
        }
      }),
    )
  })

  it('are not given before their status came', () => {
    const reader = new AnswerReader()
    const bytes = answerBytes('yes', 2)
    assert.deepEqual(reader.read(bytes.subarray(0, -1)), [])
    assert.deepEqual(reader.read(bytes.subarray(-1)), [{ text: 'yes', status: 2 }])
  })

  it('may not be longer than memory allows', () => {
    const reader = new AnswerReader(1000)
    assert.deepEqual(reader.read(answerBytes('x'.repeat(1000))).length, 1)
    assert.throws(() => readAll(reader, [Buffer.alloc(600, 'x'), Buffer.alloc(600, 'x')]), Gibberish)
  })
})
