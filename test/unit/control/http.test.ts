import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { createServer, request, type IncomingMessage } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { hostname } from 'node:os'
import { test } from 'node:test'
import { startControl } from '../../../src/control/server.js'
import { createMeters } from '../../../src/control/telemetry.js'
import { systemClock } from '../../../src/platform/clock.js'
import { openControl, temporaryDirectory } from '../../support/control-harness.js'
import { calmWorld, sampleDaemon } from '../../support/sample-world.js'

function post(url: string, body: object): Promise<Response> {
  return fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
}

test('the Operator service is refused, with a reason, and the daemon is asked nothing', async (t) => {
  const daemon = sampleDaemon()
  const { url } = await openControl(t, daemon)
  for (const method of ['Disable', 'Enable', 'Reload', 'WithdrawAll']) {
    const response = await post(`${url}/vipcast.v1.Operator/${method}`, { all: true })
    assert.equal(response.status, 403)
    assert.match(await response.text(), /only shows/)
  }
  assert.deepEqual(daemon.requests, [])
})

test('the Viewer service answers in JSON, by POST and by GET, with every key there', async (t) => {
  const { url } = await openControl(t, sampleDaemon(calmWorld()))
  const posted = await post(`${url}/vipcast.v1.Viewer/GetVip`, { name: 'shop' })
  const message = encodeURIComponent(JSON.stringify({ name: 'shop' }))
  const got = await fetch(`${url}/vipcast.v1.Viewer/GetVip?encoding=json&message=${message}`)
  const document = (await posted.json()) as { vip: Record<string, unknown> }
  assert.deepEqual(await got.json(), document)
  assert.equal(document.vip['reason'], 'disabled')
  assert.deepEqual(document.vip['checks'], [])
})

test('health is that of the daemon, not of its VIPs', async (t) => {
  const daemon = sampleDaemon()
  const { url } = await openControl(t, daemon)
  const health = async (): Promise<[number, unknown]> => {
    const response = await fetch(`${url}/healthz`)
    return [response.status, ((await response.json()) as { phase: string }).phase]
  }
  assert.deepEqual(await health(), [200, 'running'])
  daemon.world.phase = 'starting'
  assert.deepEqual(await health(), [503, 'starting'])
  daemon.world.phase = 'stopping'
  assert.deepEqual(await health(), [503, 'stopping'])
})

test('what is not there is answered by what is', async (t) => {
  const { url } = await openControl(t, sampleDaemon())
  const response = await fetch(`${url}/`)
  assert.equal(response.status, 404)
  assert.match(await response.text(), /\/metrics, \/healthz/)
  assert.equal((await fetch(`${url}/metrics`, { method: 'DELETE' })).status, 405)
})

test('a port that is taken is an error that names it, and leaves no socket behind', async (t) => {
  const socket = join(await temporaryDirectory(t), 'control.sock')
  const other = createServer()
  t.after(() => other.close())
  other.listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as AddressInfo
  const starting = startControl({
    config: {
      control: { socket, group: null, readSocket: null },
      http: { kind: 'listen', host: '127.0.0.1', port },
      node: 'web-a',
    },
    port: sampleDaemon(),
    meters: createMeters(),
    clock: systemClock,
    signal: new AbortController().signal,
    onError: (error) => t.diagnostic(error.message),
  })
  await assert.rejects(starting, {
    code: 'port-taken',
    message: `another program listens on 127.0.0.1:${port}: stop it, set http.listen to another port, or http to false`,
  })
  assert.ok(!existsSync(socket))
})

test('with http off nothing listens, and the socket still does', async (t) => {
  const socket = join(await temporaryDirectory(t), 'control.sock')
  const ending = new AbortController()
  const control = await startControl({
    config: { control: { socket, group: null, readSocket: null }, http: { kind: 'off' }, node: 'web-a' },
    port: sampleDaemon(),
    meters: createMeters(),
    clock: systemClock,
    signal: ending.signal,
    onError: (error) => t.diagnostic(error.message),
  })
  assert.equal(control.httpPort, null)
  assert.ok(existsSync(socket))
  ending.abort()
  await control.closed
  assert.ok(!existsSync(socket))
})

/** The status of a GET that calls the host by a name. */
async function calling(url: string, host: string, path: string): Promise<number> {
  const asked = request(`${url}${path}`, { headers: { host } }).end()
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  response.resume()
  return response.statusCode ?? 0
}

const viewer = `/vipcast.v1.Viewer/GetVip?encoding=json&message=${encodeURIComponent('{"name":"shop"}')}`

test('a page whose name was turned to this host reads nothing, and is told why', async (t) => {
  const { url } = await openControl(t, sampleDaemon(calmWorld()))
  for (const path of [viewer, '/metrics', '/healthz', '/vipcast.v1.Operator/Disable']) {
    for (const host of [
      'evil.example:9179',
      'localhost.evil.example',
      '127.0.0.1.evil.example',
      'web-a.evil.example',
    ]) {
      assert.equal(await calling(url, host, path), 403, `${host} ${path}`)
    }
  }
  const said = await fetch(`${url}/healthz`)
  assert.equal(said.status, 200)
})

test('a request by an address, as localhost, by the name of the host or of its node is answered', async (t) => {
  const { url } = await openControl(t, sampleDaemon(calmWorld()))
  const hosts = [
    '127.0.0.1:9179',
    '192.0.2.7',
    '[::1]:9179',
    '[2001:db8::1]',
    'localhost:9179',
    'LOCALHOST.',
    'WEB-A:80',
  ]
  for (const host of [...hosts, hostname()]) assert.equal(await calling(url, host, viewer), 200, host)
})

test('metrics and health of a side that is open to other hosts are given by any name, the status is not', async (t) => {
  const { control } = await openControl(t, sampleDaemon(calmWorld()), {}, '0.0.0.0')
  const url = `http://127.0.0.1:${control.httpPort}`
  const scrape = 'web-a.example:9179'
  assert.equal(await calling(url, scrape, '/metrics'), 200)
  assert.equal(await calling(url, scrape, '/healthz'), 200)
  assert.equal(await calling(url, scrape, viewer), 403)
})
