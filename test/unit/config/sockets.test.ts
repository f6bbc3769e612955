import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { socketsIn } from '../../../src/config/sockets.js'

test('the control socket follows runDir unless it is named', () => {
  assert.deepEqual(socketsIn('runDir: /run/blue/\n'), { control: '/run/blue/control.sock', read: null })
  const both = 'runDir: /run/blue\ncontrol: {socket: /run/c.sock, readSocket: /run/r.sock}\n'
  assert.deepEqual(socketsIn(both), { control: '/run/c.sock', read: '/run/r.sock' })
  assert.deepEqual(socketsIn('pools: []\n'), { control: null, read: null })
})

test('a file that was just spoilt still names its socket', () => {
  const spoilt = ['bogus: 1', 'vips: {web: {mode: nonsense}}', 'vips: [', 'control: 7', 'control: {readSocket: 7}']
  for (const line of spoilt) {
    assert.equal(socketsIn(`runDir: /run/blue\n${line}\n`).control, '/run/blue/control.sock', line)
  }
})

test('a block is read to its end, wherever it stands and however it is written', () => {
  const expected = { control: '/run/c.sock', read: '/run/r.sock' }
  const files = [
    'control:\n  socket: /run/c.sock\n\n  # for everybody\n  readSocket: "/run/r.sock"\nvips: {}\n',
    'pools: []\r\ncontrol:\r\n  socket: /run/c.sock\r\n  readSocket: /run/r.sock\r\n',
    'vips: [\ncontrol: {\n  socket: /run/c.sock,\n  readSocket: /run/r.sock }\n',
    '{"control": {"socket": "/run/c.sock", "readSocket": "/run/r.sock"}, "pools": []}',
    'vips:\n  control: {addresses: []}\ncontrol: {socket: /run/c.sock, readSocket: /run/r.sock}\n',
  ]
  for (const file of files) assert.deepEqual(socketsIn(file), expected, file)
})

test('no text is too odd to be looked into', () => {
  fc.assert(fc.property(fc.string(), (text) => assert.ok(socketsIn(`control: ${text}`) !== null)))
  fc.assert(fc.property(fc.string(), (text) => assert.ok(socketsIn(text) !== null)))
})
