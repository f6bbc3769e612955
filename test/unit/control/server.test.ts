import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { connect } from 'node:net'
import { once } from 'node:events'
import { test } from 'node:test'
import { ClientError, connectDaemon, type Client } from '../../../src/control/client.js'
import { openControl } from '../../support/control-harness.js'
import { manyVips } from '../../support/fake-vips.js'
import { sampleDaemon, sampleWorld } from '../../support/sample-world.js'
import { waitFor } from '../../support/wait.js'

const never = new AbortController().signal

async function connected(t: { after(undo: () => void): void }, socket: string): Promise<Client> {
  const client = await connectDaemon(socket)
  t.after(() => client.close())
  return client
}

const failsWith = (code: string) => (error: unknown) => error instanceof ClientError && error.code === code

test('a client sees what the daemon shows, VIPs in the order of their names', async (t) => {
  const daemon = sampleDaemon()
  const { socket } = await openControl(t, daemon)
  const client = await connected(t, socket)
  assert.equal(client.daemonVersion(), null)
  const status = await client.status(never)
  assert.equal(status.daemon.node, 'web-a')
  assert.equal(status.daemon.now, '2026-03-14T09:26:53.000Z')
  assert.deepEqual(
    status.vips.map(({ name }) => name),
    daemon.world.vips.map(({ name }) => name).sort(),
  )
  for (const { name, reason } of daemon.world.vips) {
    assert.equal(status.vips.find((vip) => vip.name === name)?.reason, reason)
  }
  assert.equal(client.daemonVersion(), daemon.world.version)
})

test('thousands of VIPs come complete, each once, in pages', async (t) => {
  const { socket } = await openControl(t, sampleDaemon({ ...sampleWorld(), vips: manyVips(1_000) }))
  const status = await (await connected(t, socket)).status(never)
  assert.equal(status.vips.length, 1_000)
  assert.equal(new Set(status.vips.map(({ name }) => name)).size, 1_000)
})

test('a VIP that a reload removes between two pages costs no other VIP its place', async (t) => {
  const all = manyVips(120)
  const daemon = sampleDaemon({ ...sampleWorld(), vips: all })
  const { url } = await openControl(t, daemon)
  const ask = async (page: string): Promise<{ vips: { name: string }[]; nextPage: string }> => {
    const response = await fetch(`${url}/vipcast.v1.Viewer/GetStatus`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ page, pageSize: 10 }),
    })
    return (await response.json()) as { vips: { name: string }[]; nextPage: string }
  }
  const first = await ask('')
  assert.equal(first.vips.length, 10)
  daemon.world.vips = all.filter(({ name }) => name !== first.nextPage && name !== all[3]?.name)
  const second = await ask(first.nextPage)
  assert.deepEqual(
    second.vips.map(({ name }) => name),
    all.slice(10, 20).map(({ name }) => name),
  )
})

test('one VIP comes with the routers that it goes to, and no other', async (t) => {
  const { socket } = await openControl(t, sampleDaemon())
  const client = await connected(t, socket)
  const { vip, routers } = await client.vip('backup', never)
  assert.equal(vip?.name, 'backup')
  assert.deepEqual(
    routers.map(({ name }) => name),
    ['edge', 'spare'],
  )
  await assert.rejects(client.vip('nobody', never), failsWith('unknown-vip'))
})

test('requests reach the daemon as they were made', async (t) => {
  const daemon = sampleDaemon()
  const { socket } = await openControl(t, daemon)
  const client = await connected(t, socket)
  assert.deepEqual(await client.disable(['web', 'mail'], never), { text: 'web and mail are disabled' })
  await client.enable('all', never)
  await client.reload(never)
  await client.withdrawAll(never)
  assert.deepEqual(daemon.requests, [
    { kind: 'disable', vips: ['web', 'mail'] },
    { kind: 'enable', vips: 'all' },
    { kind: 'reload' },
    { kind: 'withdraw-all' },
  ])
})

test('an empty list of VIPs does not come to mean all of them', async (t) => {
  const daemon = sampleDaemon()
  const { socket } = await openControl(t, daemon)
  const client = await connected(t, socket)
  await assert.rejects(client.disable([], never), failsWith('usage'))
  assert.deepEqual(daemon.requests, [])
})

test('a refusal comes with its code, its message and its remedy', async (t) => {
  const daemon = sampleDaemon()
  daemon.world.answer = { kind: 'refused', code: 'failed', message: 'the disk is full', remedy: 'make room' }
  const { socket } = await openControl(t, daemon)
  const client = await connected(t, socket)
  await assert.rejects(client.reload(never), { code: 'failed', message: 'the disk is full', remedy: 'make room' })
})

test('the read socket shows everything and changes nothing', async (t) => {
  const daemon = sampleDaemon()
  const { readSocket } = await openControl(t, daemon)
  const client = await connected(t, readSocket)
  assert.equal((await client.status(never)).vips.length, daemon.world.vips.length)
  const attempts = [
    () => client.disable('all', never),
    () => client.enable('all', never),
    () => client.reload(never),
    () => client.withdrawAll(never),
  ]
  for (const attempt of attempts) await assert.rejects(attempt, failsWith('not-permitted'))
  assert.deepEqual(daemon.requests, [])
})

test('the kept events end; followers get those to come and are let go when they leave', async (t) => {
  const daemon = sampleDaemon()
  const { socket } = await openControl(t, daemon)
  const client = await connected(t, socket)
  const kept: number[] = []
  for await (const { sequence } of client.events({ after: 2, follow: false }, never)) kept.push(sequence)
  assert.deepEqual(kept, [3, 4, 5, 6, 7])

  const leaving = new AbortController()
  const followed: number[] = []
  for await (const { sequence } of client.events({ after: 6, follow: true }, leaving.signal)) {
    followed.push(sequence)
    if (sequence === 7) daemon.emit(0, { kind: 'daemon', text: 'new' })
    else leaving.abort()
  }
  assert.deepEqual(followed, [7, 8])
  await waitFor('the follower is let go', () => daemon.followers === 0)
})

test('nothing is asked of the events when all are known already', async (t) => {
  const { socket } = await openControl(t, sampleDaemon())
  const client = await connected(t, socket)
  for await (const event of client.events({ after: 7, follow: false }, never)) assert.fail(event.text)
})

test('stopping lets followers and idle clients go, and removes the sockets', async (t) => {
  const daemon = sampleDaemon()
  const { socket, readSocket, url, stop } = await openControl(t, daemon)
  const client = await connected(t, socket)
  const idle = connect(readSocket)
  await once(idle, 'connect')
  await fetch(`${url}/healthz`)
  const seen: number[] = []
  let stopping = Promise.resolve()
  for await (const { sequence } of client.events({ after: 0, follow: true }, never)) {
    seen.push(sequence)
    if (sequence === 7) stopping = stop()
  }
  await stopping
  assert.deepEqual(seen, [1, 2, 3, 4, 5, 6, 7])
  assert.ok(!existsSync(socket) && !existsSync(readSocket))
  assert.equal(daemon.followers, 0)
  await assert.rejects(fetch(`${url}/healthz`))
  idle.destroy()
})

test('both sockets are for owner and group alone', async (t) => {
  const { socket, readSocket } = await openControl(t, sampleDaemon())
  for (const path of [socket, readSocket]) {
    const { mode, gid } = await stat(path)
    assert.equal(mode & 0o777, 0o660)
    assert.equal(gid, process.getgid?.())
  }
})
