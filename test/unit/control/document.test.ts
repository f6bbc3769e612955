import assert from 'node:assert/strict'
import { create } from '@bufbuild/protobuf'
import { timestampFromDate } from '@bufbuild/protobuf/wkt'
import { test } from 'node:test'
import { toDocument } from '../../../src/control/document.js'
import { DaemonSchema, RouteSchema, VipSchema } from '../../../src/gen/vipcast/v1/status_pb.js'
import { EventSchema } from '../../../src/gen/vipcast/v1/viewer_pb.js'

test('an empty message has every key: null where nothing is set, and the zero of what always has a value', () => {
  assert.deepEqual(toDocument(RouteSchema, create(RouteSchema)), {
    router: '',
    reason: '',
    detail: null,
    since: null,
    announced: false,
    attributes: null,
    neighbors: [],
  })
  const vip = toDocument(VipSchema, create(VipSchema))
  assert.deepEqual(
    Object.keys(vip),
    VipSchema.fields.map(({ localName }) => localName),
  )
})

test('0, false and "" are values where they were set', () => {
  const message = create(RouteSchema, { detail: '', attributes: { bgp: { med: 0, prepend: 0 } } })
  const document = toDocument(RouteSchema, message)
  assert.equal(document.detail, '')
  assert.equal(document.attributes?.bgp?.med, 0)
  assert.equal(document.attributes?.bgp?.localPref, null)
})

test('times are RFC 3339 in UTC, and 64-bit numbers are numbers', () => {
  const at = timestampFromDate(new Date('2026-03-14T09:26:53.004Z'))
  assert.equal(
    toDocument(DaemonSchema, create(DaemonSchema, { now: at, lastEvent: 7n })).now,
    '2026-03-14T09:26:53.004Z',
  )
  assert.equal(toDocument(EventSchema, create(EventSchema, { sequence: 7n })).sequence, 7)
})
