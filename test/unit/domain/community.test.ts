import assert from 'node:assert/strict'
import { test } from 'node:test'
import { communityText, parseCommunity, wellKnownCommunities } from '../../../src/domain/community.js'

test('a community and its text turn into each other', () => {
  for (const text of ['0:0', '65001:100', '65535:65281', '65535:65535', ...wellKnownCommunities]) {
    const value = parseCommunity(text)
    assert.ok(value !== undefined)
    assert.equal(parseCommunity(communityText(value)), value)
  }
  assert.equal(parseCommunity('65001:100'), 0xfde90064)
  assert.equal(communityText(0xfde90064), '65001:100')
})

test('a well-known community is shown by its name, however it was written', () => {
  assert.equal(communityText(parseCommunity('65535:65281') ?? 0), 'no-export')
})

test('numbers beyond 16 bits and unknown names are no communities', () => {
  for (const text of ['65536:1', '1:65536', '1', '1:2:3', 'no-exports', '', '-1:2']) {
    assert.equal(parseCommunity(text), undefined, text)
  }
})
