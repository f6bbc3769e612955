import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import fc from 'fast-check'

import { decodeMessage, encodeCall, messageLength } from '../../../src/checks/dbus-message.js'
import { DbusReader } from '../../../src/checks/dbus-values.js'

const call = encodeCall(
  { destination: 'a.b', path: '/a', interface: 'a.b.C', member: 'Do', args: ['x', ['y', 'é']] },
  7,
)

describe('a message of D-Bus', () => {
  it('reads as it was written', () => {
    const { body, ...head } = decodeMessage(call) ?? assert.fail('no message')
    const empty = { replySerial: 0, errorName: '', sender: '' }
    assert.deepEqual(head, { type: 'call', serial: 7, path: '/a', member: 'Do', ...empty })
    const texts: string[] = [body.text()]
    body.array(4, () => texts.push(body.text()))
    assert.deepEqual(texts, ['x', 'y', 'é'])
  })

  it('tells its length as soon as its fixed part is there', () => {
    assert.equal(messageLength(call.subarray(0, 15)), null)
    assert.equal(messageLength(call.subarray(0, 16)), call.length)
  })

  it('is read in the order of bytes of who wrote it', () => {
    assert.equal(new DbusReader(Buffer.from([0, 0, 1, 2]), true).uint32(), 258)
    assert.equal(new DbusReader(Buffer.from([2, 1, 0, 0]), false).uint32(), 258)
  })

  it('is refused with one sort of error, whatever came instead', () => {
    const spoilt = fc.tuple(fc.nat(call.length - 1), fc.nat(255), fc.nat(call.length)).map(([at, byte, end]) => {
      const bytes = Buffer.from(call)
      bytes[at] = byte
      return bytes.subarray(0, end)
    })
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), spoilt), (bytes) => {
        try {
          const message = decodeMessage(Buffer.from(bytes))
          message?.body.array(4, () => message.body.text())
        } catch (error) {
          assert.ok(error instanceof RangeError, String(error))
        }
      }),
      { numRuns: 2_000 },
    )
  })
})
