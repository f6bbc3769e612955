import assert from 'node:assert/strict'
import { mkdir } from 'node:fs/promises'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import { test } from 'node:test'
import { connectFailed } from '../../../src/control/client-error.js'
import { connectDaemon } from '../../../src/control/client.js'
import { openControl, temporaryDirectory } from '../../support/control-harness.js'
import { sampleDaemon } from '../../support/sample-world.js'

const never = new AbortController().signal

test('a socket that nobody listens on is told from one that is forbidden', async (t) => {
  const directory = await temporaryDirectory(t)
  await assert.rejects(connectDaemon(join(directory, 'missing')), { code: 'no-daemon' })
  const { socket, stop } = await openControl(t, sampleDaemon())
  await stop()
  await assert.rejects(connectDaemon(socket), { code: 'no-daemon', message: `no daemon listens on ${socket}` })
  // Root may connect to anything, so only the translation can be tried here.
  const forbidden = Object.assign(new Error('connect EACCES'), { code: 'EACCES' })
  assert.equal(connectFailed('/s', forbidden).code, 'not-permitted')
})

test('a folder in the place of the socket is an error that names it', async (t) => {
  const path = join(await temporaryDirectory(t), 'folder')
  await mkdir(path)
  await assert.rejects(connectDaemon(path), { message: new RegExp(path) })
})

test('something else that listens there is an error, not a hang', async (t) => {
  const path = join(await temporaryDirectory(t), 's')
  const other = createServer((socket) => socket.end('220 smtp.example ESMTP\r\n'))
  t.after(() => other.close())
  other.listen(path)
  await once(other, 'listening')
  const client = await connectDaemon(path)
  t.after(() => client.close())
  await assert.rejects(client.status(never), { name: 'ClientError', message: new RegExp(path) })
})

test('a daemon that ends while it is asked is told as that', async (t) => {
  const path = join(await temporaryDirectory(t), 's')
  const dying = createServer((socket) => socket.once('data', () => socket.destroy()))
  t.after(() => dying.close())
  dying.listen(path)
  await once(dying, 'listening')
  const client = await connectDaemon(path)
  t.after(() => client.close())
  await assert.rejects(client.reload(never), { code: 'disconnected' })
})

test('a call that is given up ends at once', async (t) => {
  const { socket } = await openControl(t, sampleDaemon())
  const client = await connectDaemon(socket)
  t.after(() => client.close())
  await assert.rejects(client.status(AbortSignal.abort()), { name: 'ClientError' })
})
