import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import type { RequestListener } from 'node:http'
import { describe, it } from 'node:test'
import type { TestContext } from 'node:test'

import type { HttpProbe } from '../../../src/domain/config.js'
import { httpProbe } from '../../support/check-instance.js'
import { probing } from '../../support/probing.js'
import { startServerChild } from '../../support/server-child.js'
import { closed, refusingPort, serveHttp, serveTcp } from '../../support/servers.js'

/** Short enough for a service that never answers. */
const impatient = 150

const at = (port: number, over: Partial<HttpProbe> = {}): HttpProbe =>
  httpProbe({ url: `http://127.0.0.1:${port}/`, ...over })

async function web(t: TestContext, onRequest: RequestListener, over: Partial<HttpProbe> = {}): Promise<HttpProbe> {
  return at((await serveHttp(t, onRequest)).port, over)
}

/** Serves the same bytes to every connection, once it has asked for something. */
async function raw(t: TestContext, answer: string | Buffer, over: Partial<HttpProbe> = {}): Promise<HttpProbe> {
  const { port } = await serveTcp(t, (socket) => socket.once('data', () => socket.end(answer)))
  return at(port, over)
}

describe('http check', () => {
  it('passes on any status from 200 to 399', async (t) => {
    for (const status of [200, 204, 302, 399]) {
      const probe = await web(t, (_, response) => response.writeHead(status).end())
      assert.equal(await probing(probe), `pass: status ${status}`)
    }
  })

  it('passes on the statuses that are asked for alone', async (t) => {
    const expectStatus = [
      [401, 401],
      [500, 503],
    ] as const
    const probe = await web(t, (_, response) => response.writeHead(401).end(), { expectStatus })
    assert.equal(await probing(probe), 'pass: status 401')
    const other = await web(t, (_, response) => response.end(), { expectStatus })
    assert.equal(await probing(other), 'fail: status 200, expected 401, 500-503')
  })

  it('passes when the body has what is expected, however it is cut', async (t) => {
    const probe = await web(t, (_, response) => {
      response.write('{"state": "re')
      setImmediate(() => response.end('ady"}'))
    })
    assert.equal(await probing({ ...probe, expectBody: '"ready"' }), 'pass: status 200, body as expected')
    assert.equal(
      await probing({ ...probe, expectBody: '/state": "(ready|warm)"/' }),
      'pass: status 200, body as expected',
    )
    assert.equal(
      await probing({ ...probe, expectBody: 'Ready' }),
      'fail: status 200, answer lacks "Ready": "{\\"state\\": \\"ready\\"}"',
    )
  })

  it('sends method, headers and body, and says who asks', async (t) => {
    const probe = await web(t, (request, response) => {
      let body = ''
      request.on('data', (piece: Buffer) => (body += piece.toString()))
      request.on('end', () => {
        const { method, url, headers } = request
        response.end([method, url, headers.host, headers['user-agent'], headers['content-length'], body].join(' '))
      })
    })
    const url = new URL('/check?deep=1', probe.url).href
    assert.equal(
      await probing({
        ...probe,
        url,
        method: 'POST',
        headers: { Host: 'www.example' },
        body: 'hé',
        expectBody: 'POST /check?deep=1 www.example vipcast 3 hé',
      }),
      'pass: status 200, body as expected',
    )
    const own = { ...probe, headers: { 'user-agent': 'me' }, expectBody: ' me ' }
    assert.equal(await probing(own), 'pass: status 200, body as expected')
  })

  it('passes on a HEAD request, whose answer has no body', async (t) => {
    const probe = await web(t, (_, response) => response.writeHead(200, { 'content-length': 1000 }).end(), {
      method: 'HEAD',
    })
    assert.equal(await probing(probe), 'pass: status 200')
  })

  it('names a refused connection', async (t) => {
    assert.equal(await probing(at(await refusingPort(t))), 'fail: connection refused')
  })

  it('fails at once on a wrong status, however long its body takes', async (t) => {
    const probe = await web(t, (_, response) => {
      response.writeHead(503).write('still thinking')
    })
    assert.equal(await probing(probe), 'fail: status 503, expected 200-399')
  })

  it('names a reset connection', async (t) => {
    const { port } = await serveTcp(t, (socket) => socket.on('data', () => socket.resetAndDestroy()))
    assert.equal(await probing(at(port)), 'fail: connection reset')
  })

  it('tells a connection that is closed without an answer from one that is cut off within it', async (t) => {
    const silent = await serveTcp(t, (socket) => socket.once('data', () => socket.end()))
    assert.equal(await probing(at(silent.port)), 'fail: closed without an answer')
    const cut = await raw(t, 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nready')
    assert.equal(await probing({ ...cut, expectBody: 'ready' }), 'fail: status 200, but the body was cut off')
    const chunked = await raw(t, 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nready\r\n')
    assert.equal(await probing(chunked), 'fail: status 200, but the body was cut off')
    const reset = await serveTcp(t, (socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n', () => setImmediate(() => socket.resetAndDestroy()))
    })
    assert.match(await probing(at(reset.port)), /^fail: (status 200, but the body was cut off|connection reset)$/)
  })

  it('fails on what is no HTTP', async (t) => {
    assert.equal(await probing(await raw(t, 'SSH-2.0-OpenSSH_9.2\r\n')), 'fail: the answer is not HTTP')
    assert.equal(await probing(await raw(t, randomBytes(5_000))), 'fail: the answer is not HTTP')
    const huge = `HTTP/1.1 200 OK\r\nX-Huge: ${'x'.repeat(20_000)}\r\n\r\n`
    assert.equal(await probing(await raw(t, huge)), 'fail: the answer has more than 16 KiB of headers')
    const chunks = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzzz\r\n'
    assert.equal(await probing(await raw(t, chunks)), 'fail: the answer is not HTTP')
    assert.equal(
      await probing(await raw(t, 'HTTP/1.1 101 Switching Protocols\r\n\r\n')),
      'fail: status 101, expected 200-399',
    )
  })

  it('passes on the answer of an old server that ends its body by closing', async (t) => {
    const probe = await raw(t, 'HTTP/1.0 200 OK\r\n\r\nready', { expectBody: 'ready' })
    assert.equal(await probing(probe), 'pass: status 200, body as expected')
  })

  it('says how far a late answer had come', async (t) => {
    const silent = await serveTcp(t, (socket) => socket.resume())
    assert.equal(await probing(at(silent.port), impatient), 'fail: connected, but no answer within 150 ms')
    const slow = await web(t, (_, response) => {
      response.writeHead(200)
      const timer = setInterval(() => response.write('x'), 20)
      response.on('close', () => clearInterval(timer))
    })
    assert.equal(await probing(slow, impatient), 'fail: status 200, but not the whole body within 150 ms')
    const header = await serveTcp(t, (socket) => {
      const timer = setInterval(() => socket.write('H'), 20)
      socket.on('close', () => clearInterval(timer))
    })
    assert.match(await probing(at(header.port), impatient), /^fail: (the answer is not HTTP|connected, but no answer)/)
  })

  it('waits for an answer that is slow, but in time', async (t) => {
    const probe = await web(t, (_, response) => void setTimeout(() => response.end('ready'), 50))
    assert.equal(await probing(probe), 'pass: status 200')
  })

  it('reads no more of an endless body than it searches', async (t) => {
    const hundredMegabytes = 100 * 1024 * 1024
    const server = await serveHttp(t, (_, response) => {
      const piece = Buffer.alloc(64 * 1024, 'x')
      const pump = (): void => {
        while ((response.socket?.bytesWritten ?? hundredMegabytes) < hundredMegabytes && response.write(piece));
      }
      response.on('drain', pump)
      pump()
    })
    assert.match(
      await probing(at(server.port, { expectBody: 'ready' })),
      /^fail: status 200, answer lacks "ready": "xxx/,
    )
    assert.equal(await probing(at(server.port, { connection: 'keep' })), 'pass: status 200')
    for (const socket of server.accepted) {
      await closed(socket)
      assert.ok(socket.bytesWritten < hundredMegabytes / 2)
    }
  })

  it('notices a process that hangs', async (t) => {
    const server = await startServerChild(t, 'stream-server-main.js', 'http')
    assert.equal(await probing(at(server.port)), 'pass: status 200')
    server.freeze()
    assert.equal(await probing(at(server.port), impatient), 'fail: connected, but no answer within 150 ms')
    server.thaw()
    assert.equal(await probing(at(server.port)), 'pass: status 200')
  })
})
