import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, it } from 'node:test'

import { tcpProbe } from '../../support/check-instance.js'
import { lookupOf, probing } from '../../support/probing.js'
import { startServerChild } from '../../support/server-child.js'
import { closed, refusingPort, serveTcp } from '../../support/servers.js'

/** Short enough for a service that never answers. */
const impatient = 150

describe('tcp check', () => {
  it('passes when the connection is accepted', async (t) => {
    const { port } = await serveTcp(t, () => {})
    assert.equal(await probing(tcpProbe({ port })), 'pass: connected')
  })

  it('passes by name', async (t) => {
    const { port } = await serveTcp(t, () => {})
    assert.equal(await probing(tcpProbe({ host: 'localhost', port })), 'pass: connected')
  })

  it('passes when the answer to what it sends is as expected', async (t) => {
    const { port } = await serveTcp(t, (socket) => socket.on('data', (data) => socket.write(`+PONG ${String(data)}`)))
    assert.equal(await probing(tcpProbe({ port, send: 'PING\r\n', expect: 'PONG' })), 'pass: answered as expected')
    assert.equal(
      await probing(tcpProbe({ port, send: 'PING\r\n', expect: '/^\\+pong\\s/i' })),
      'pass: answered as expected',
    )
  })

  it('passes on a greeting that comes in pieces', async (t) => {
    const { port } = await serveTcp(t, (socket) => {
      const pieces = ['2', '20 ma', 'il.exam', 'ple ready\r\n']
      const next = (): void => {
        const piece = pieces.shift()
        if (piece !== undefined) socket.write(piece, () => setImmediate(next))
      }
      next()
    })
    assert.equal(await probing(tcpProbe({ port, expect: '220 mail.example' })), 'pass: answered as expected')
  })

  it('passes on any answer when nothing is expected of it', async (t) => {
    const { port } = await serveTcp(t, (socket) => socket.on('data', () => socket.write('?')))
    assert.equal(await probing(tcpProbe({ port, send: 'hello' })), 'pass: answered as expected')
  })

  it('names a refused connection', async (t) => {
    assert.equal(await probing(tcpProbe({ port: await refusingPort(t) })), 'fail: connection refused')
  })

  it('names a name that does not exist, and a name server that says nothing', async () => {
    const probe = tcpProbe({ host: 'web.example', port: 80 })
    assert.equal(await probing(probe, undefined, { lookup: lookupOf({}) }), 'fail: name not found')
    assert.equal(await probing(probe, impatient, { lookup: () => {} }), 'fail: no address for the name within 150 ms')
  })

  it('fails on a wrong answer, and shows what came', async (t) => {
    const { port } = await serveTcp(t, (socket) => socket.end('-LOADING dataset\r\n'))
    assert.equal(
      await probing(tcpProbe({ port, expect: 'PONG' })),
      'fail: answer lacks "PONG": "-LOADING dataset\\r\\n"',
    )
  })

  it('fails when a wrong answer is followed by nothing', async (t) => {
    const { port } = await serveTcp(t, (socket) => socket.write('-ERR'))
    assert.equal(
      await probing(tcpProbe({ port, expect: 'PONG' }), impatient),
      'fail: connected, but the expected answer did not come within 150 ms',
    )
  })

  it('fails on a connection that is closed without an answer', async (t) => {
    const { port } = await serveTcp(t, (socket) => socket.end())
    assert.equal(await probing(tcpProbe({ port, expect: 'PONG' })), 'fail: closed without an answer')
  })

  it('fails when only the sending half is closed, as a process that is shutting down does', async (t) => {
    const { port } = await serveTcp(t, (socket) => {
      socket.end()
      socket.resume()
    })
    assert.equal(await probing(tcpProbe({ port, send: 'PING', expect: 'PONG' })), 'fail: closed without an answer')
  })

  it('names a reset connection', async (t) => {
    const { port } = await serveTcp(t, (socket) => socket.on('data', () => socket.resetAndDestroy()))
    assert.equal(await probing(tcpProbe({ port, send: 'PING', expect: 'PONG' })), 'fail: connection reset')
  })

  it('fails on garbage', async (t) => {
    const { port } = await serveTcp(t, (socket) => socket.end(randomBytes(5_000)))
    assert.match(await probing(tcpProbe({ port, expect: 'no randomness holds this' })), /^fail: answer lacks /)
  })

  it('fails on an answer that comes a byte at a time and never ends', async (t) => {
    const { port } = await serveTcp(t, (socket) => {
      const timer = setInterval(() => socket.write('x'), 20)
      socket.on('close', () => clearInterval(timer))
    })
    assert.match(
      await probing(tcpProbe({ port, expect: 'PONG' }), impatient),
      /^fail: connected, but .* within 150 ms$/,
    )
  })

  it('reads no more of an endless answer than it searches', async (t) => {
    const hundredMegabytes = 100 * 1024 * 1024
    const server = await serveTcp(t, (socket) => {
      const piece = Buffer.alloc(64 * 1024, 'x')
      const pump = (): void => {
        while (socket.bytesWritten < hundredMegabytes && socket.write(piece));
      }
      socket.on('drain', pump)
      pump()
    })
    assert.match(await probing(tcpProbe({ port: server.port, expect: 'PONG' })), /^fail: answer lacks "PONG": "xxx/)
    await closed(server.accepted.at(0)!)
    assert.ok(server.accepted.at(0)!.bytesWritten < hundredMegabytes / 2)
  })

  it('notices a process that hangs only when it expects an answer', async (t) => {
    const server = await startServerChild(t, 'stream-server-main.js', 'tcp')
    const talking = tcpProbe({ port: server.port, send: 'PING', expect: 'PING' })
    assert.equal(await probing(talking), 'pass: answered as expected')
    server.freeze()
    assert.equal(await probing(tcpProbe({ port: server.port })), 'pass: connected')
    assert.equal(await probing(talking, impatient), 'fail: connected, but no answer within 150 ms')
    server.thaw()
    assert.equal(await probing(talking), 'pass: answered as expected')
    await server.kill()
    assert.equal(await probing(talking), 'fail: connection refused')
  })

  it('takes an answer that had arrived before our own loop was blocked over the deadline', async (t) => {
    const server = await startServerChild(t, 'stream-server-main.js', 'tcp')
    const result = probing(tcpProbe({ port: server.port, send: 'PING', expect: 'PING' }), 200)
    setImmediate(() => {
      const until = Date.now() + 1_000
      while (Date.now() < until);
    })
    assert.equal(await result, 'pass: answered as expected')
  })
})
