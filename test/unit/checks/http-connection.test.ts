import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { TestContext } from 'node:test'

import type { Prober } from '../../../src/checks/probe.js'
import { httpProbe } from '../../support/check-instance.js'
import { probeBy, proberOf } from '../../support/probing.js'
import { startServerChild } from '../../support/server-child.js'
import { closed, serveHttp } from '../../support/servers.js'

function keeping(t: TestContext, port: number): Prober {
  const prober = proberOf(httpProbe({ url: `http://127.0.0.1:${port}/`, connection: 'keep' }))
  t.after(() => prober.close())
  return prober
}

async function words(prober: Prober, timeout?: number): Promise<string> {
  return probeBy(prober, timeout)
}

describe('http check: a kept connection', () => {
  it('sends all probes over one connection', async (t) => {
    const server = await serveHttp(t, (_, response) => response.end('ready'))
    const prober = keeping(t, server.port)
    for (let n = 0; n < 5; n += 1) assert.equal(await words(prober), 'pass: status 200')
    assert.equal(server.accepted.length, 1)
  })

  it('opens a connection for each probe unless it is told to keep one', async (t) => {
    const server = await serveHttp(t, (_, response) => response.end('ready'))
    const prober = proberOf(httpProbe({ url: `http://127.0.0.1:${server.port}/` }))
    for (let n = 0; n < 3; n += 1) assert.equal(await words(prober), 'pass: status 200')
    assert.equal(server.accepted.length, 3)
  })

  it('does not fail when the service closed the connection between two probes', async (t) => {
    const server = await serveHttp(t, (_, response) => response.end('ready'))
    const prober = keeping(t, server.port)
    for (const end of ['destroy', 'resetAndDestroy'] as const) {
      assert.equal(await words(prober), 'pass: status 200')
      server.accepted.at(-1)![end]()
      assert.equal(await words(prober), 'pass: status 200')
    }
  })

  it('does not fail when the service closes the connection as the request arrives', async (t) => {
    let requests = 0
    const server = await serveHttp(t, (_, response) => {
      requests += 1
      if (requests === 2) response.socket?.resetAndDestroy()
      else response.end('ready')
    })
    const prober = keeping(t, server.port)
    assert.equal(await words(prober), 'pass: status 200')
    assert.equal(await words(prober), 'pass: status 200')
    assert.equal(requests, 3)
  })

  it('fails when a new connection is closed without an answer too', async (t) => {
    let requests = 0
    const server = await serveHttp(t, (_, response) => {
      requests += 1
      if (requests > 1) response.socket?.destroy()
      else response.end('ready')
    })
    const prober = keeping(t, server.port)
    assert.equal(await words(prober), 'pass: status 200')
    assert.equal(await words(prober), 'fail: closed without an answer')
    assert.equal(requests, 3)
  })

  it('lets go of a connection that does not answer, and of the last one when it is closed', async (t) => {
    const hangs = { now: false }
    const server = await serveHttp(t, (_, response) => {
      if (!hangs.now) response.end('ready')
    })
    const prober = keeping(t, server.port)
    assert.equal(await words(prober), 'pass: status 200')
    hangs.now = true
    assert.equal(await words(prober, 100), 'fail: connected, but no answer within 100 ms')
    await closed(server.accepted.at(0)!)
    hangs.now = false
    assert.equal(await words(prober), 'pass: status 200')
    prober.close()
    await closed(server.accepted.at(1)!)
  })

  it('finds a killed service refused, not only closed', async (t) => {
    const server = await startServerChild(t, 'stream-server-main.js', 'http')
    const prober = keeping(t, server.port)
    assert.equal(await words(prober), 'pass: status 200')
    await server.kill()
    assert.equal(await words(prober), 'fail: connection refused')
  })
})
