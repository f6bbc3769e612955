import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { parseConfig } from '../../../src/config/load.js'

/** Messages about a grpc check with this request. */
function refusals(request: string): string[] {
  const text = `
pools: [203.0.113.0/24]
routers: {edge: {type: gobgp, address: 127.0.0.1:50051}}
vips:
  api:
    addresses: [203.0.113.1]
    checks:
      - {type: grpc, host: 127.0.0.1, port: 1, proto: /x.proto, method: S/M, request: ${request}}
`
  const result = parseConfig(text, 'test.yaml', { hostname: 'test-host' })
  return result.kind === 'valid' ? [] : result.errors.map(({ message }) => message)
}

describe('a map of any depth', () => {
  it('is refused once when aliases make it grow without bound', () => {
    const levels = Array.from({ length: 12 }, (_, n) => {
      const of = n === 0 ? '1' : `*l${n - 1}`
      return `l${n}: &l${n} [${Array.from({ length: 10 }, () => of).join(', ')}]`
    })
    assert.deepEqual(refusals(`{${levels.join(', ')}}`), ['this is more than 10000 values'])
  })

  it('may hold what JSON holds', () => {
    assert.deepEqual(refusals('{a: [1, -1.5, "x", true, null, {}, []], b: {c: {d: []}}, "x y": 9007199254740991}'), [])
  })

  it('may hold no number that JSON changes', () => {
    assert.deepEqual(refusals('{a: {b: [.nan]}, c: -.inf, d: 9007199254740993}'), [
      "the number NaN can't be passed on as it is",
      "the number -Infinity can't be passed on as it is",
      "the number 9007199254740992 can't be passed on as it is",
    ])
  })
})
