import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { readFile, rename, stat, writeFile } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import { text } from 'node:stream/consumers'
import { once } from 'node:events'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { ControlError } from '../../../src/control/error.js'
import { groupId } from '../../../src/control/group.js'
import { listenAt, type SocketPlace } from '../../../src/control/unix-socket.js'
import { temporaryDirectory } from '../../support/control-harness.js'

function place(path: string, group: string | null = null): SocketPlace {
  return { path, group, key: 'control.socket', groupKey: 'control.group' }
}

function server(t: TestContext): Server {
  const made = createServer((socket) => socket.on('error', () => {}).end('alive'))
  t.after(() => made.close())
  return made
}

const fails = (code: ControlError['code'], message: RegExp) => (error: unknown) => {
  assert.ok(error instanceof ControlError, String(error))
  assert.equal(error.code, code)
  assert.match(error.message, message)
  return true
}

/** A socket whose daemon is gone, as a kill leaves it. */
async function staleSocket(t: TestContext, path: string): Promise<void> {
  const gone = server(t)
  gone.listen(`${path}.gone`)
  await once(gone, 'listening')
  await rename(`${path}.gone`, path)
  gone.close()
  await once(gone, 'close')
}

test('the socket that a dead daemon left is replaced', async (t) => {
  const path = join(await temporaryDirectory(t), 's')
  await staleSocket(t, path)
  await listenAt(server(t), place(path))
  assert.equal((await stat(path)).mode & 0o777, 0o660)
  const client = connect(path)
  assert.equal(await text(client), 'alive')
})

test('a socket that answers is left alone, and the error says what to do', async (t) => {
  const path = join(await temporaryDirectory(t), 's')
  const alive = server(t)
  await listenAt(alive, place(path))
  const before = await stat(path)
  await assert.rejects(
    listenAt(server(t), place(path)),
    fails('socket-taken', /another daemon answers on .*: stop it, or/),
  )
  assert.equal((await stat(path)).ino, before.ino)
  assert.ok(alive.listening)
})

test('a file in the place of the socket is not removed', async (t) => {
  const path = join(await temporaryDirectory(t), 's')
  await writeFile(path, 'precious')
  await assert.rejects(
    listenAt(server(t), place(path)),
    fails('socket-blocked', /is not a socket: remove it, or set control.socket/),
  )
  assert.equal(await readFile(path, 'utf8'), 'precious')
})

test('a folder that is missing is named', async (t) => {
  const folder = join(await temporaryDirectory(t), 'missing')
  await assert.rejects(
    listenAt(server(t), place(join(folder, 's'))),
    fails('listen-failed', /missing is no directory to put the socket in: create it, or change control.socket/),
  )
})

test('an unknown group is named before anything is created', async (t) => {
  const path = join(await temporaryDirectory(t), 's')
  await assert.rejects(
    listenAt(server(t), place(path, 'no-such-group-here')),
    fails('no-group', /has no group "no-such-group-here": create it with `groupadd --system/),
  )
  assert.ok(!existsSync(path))
})

test('the socket belongs to the group of the configuration', async (t) => {
  const path = join(await temporaryDirectory(t), 's')
  // Only root may give it to a group that is not its own.
  const wanted = process.getuid?.() === 0 ? await groupId('daemon', 'control.group') : process.getgid?.()
  await listenAt(server(t), place(path, String(wanted)))
  const { gid, mode } = await stat(path)
  assert.equal(gid, wanted)
  assert.equal(mode & 0o777, 0o660)
})

test('a umask that allows everything does not open the socket to others, and is put back', async (t) => {
  const path = join(await temporaryDirectory(t), 's')
  const before = process.umask(0)
  try {
    const listening = listenAt(server(t), place(path))
    await listening
    assert.equal(process.umask(), 0)
  } finally {
    process.umask(before)
  }
  assert.equal((await stat(path)).mode & 0o777, 0o660)
})

test('groups are found by name, and numbers are taken as they are', async (t) => {
  const file = join(await temporaryDirectory(t), 'group')
  await writeFile(file, 'root:x:0:\nvip:x:4711:alice\nvipcast:x:4712:\nbroken\n')
  assert.equal(await groupId('vipcast', 'control.group', file), 4712)
  assert.equal(await groupId('99', 'control.group', file), 99)
  await assert.rejects(groupId('broken', 'control.group', file), fails('no-group', /has no group "broken"/))
})
