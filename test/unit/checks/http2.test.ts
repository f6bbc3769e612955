import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import type { ServerHttp2Session, ServerHttp2Stream } from 'node:http2'
import { constants } from 'node:http2'
import type { Socket } from 'node:net'
import { describe, it } from 'node:test'
import type { TestContext } from 'node:test'

import type { Prober } from '../../../src/checks/probe.js'
import type { HttpProbe } from '../../../src/domain/config.js'
import { httpProbe } from '../../support/check-instance.js'
import { ready, serveHttp2, type OnStream } from '../../support/http2-servers.js'
import { probeBy, proberOf, probing } from '../../support/probing.js'
import { startServerChild } from '../../support/server-child.js'
import { closed, refusingPort, serveHttp, serveTcp } from '../../support/servers.js'
import { serveBadly, serveDripping } from '../../support/stream-servers.js'

/** Short enough for a service that never answers. */
const impatient = 150

const at = (port: number, over: Partial<HttpProbe> = {}): HttpProbe =>
  httpProbe({ url: `http://127.0.0.1:${port}/`, http2: true, ...over })

async function web(t: TestContext, onStream: OnStream, over: Partial<HttpProbe> = {}): Promise<HttpProbe> {
  return at((await serveHttp2(t, onStream)).port, over)
}

function keeping(t: TestContext, port: number): Prober {
  const prober = proberOf(at(port, { connection: 'keep' }))
  t.after(() => prober.close())
  return prober
}

describe('http check by HTTP/2', () => {
  it('judges status and body as by HTTP/1', async (t) => {
    const probe = await web(t, ready)
    assert.equal(await probing(probe), 'pass: status 200')
    assert.equal(await probing({ ...probe, expectBody: '/^read/' }), 'pass: status 200, body as expected')
    assert.equal(await probing({ ...probe, expectBody: 'well' }), 'fail: status 200, answer lacks "well": "ready"')
    const broken = await web(t, (stream) => stream.respond({ ':status': 503 }, { endStream: true }))
    assert.equal(await probing(broken), 'fail: status 503, expected 200-399')
    assert.equal(await probing({ ...broken, expectStatus: [[503, 503]] }), 'pass: status 503')
  })

  it('sends method, path, headers and body, and says who asks and for whom', async (t) => {
    const probe = await web(t, (stream, headers) => {
      let body = ''
      stream.on('data', (piece: Buffer) => (body += piece.toString()))
      stream.on('end', () => {
        const { ':method': method, ':path': path, ':authority': authority, 'user-agent': agent, host } = headers
        stream.respond({ ':status': 200 })
        stream.end([method, path, authority, agent, host ?? 'no host', headers['x-deep'], body].join(' '))
      })
    })
    const result = await probing({
      ...probe,
      url: new URL('/check?deep=1', probe.url).href,
      method: 'POST',
      headers: { Host: 'www.example', 'X-Deep': 'yes' },
      body: 'hé',
      expectBody: 'POST /check?deep=1 www.example vipcast no host yes hé',
    })
    assert.equal(result, 'pass: status 200, body as expected')
  })

  it('passes on a HEAD request, and waits for an answer after an interim one', async (t) => {
    const probe = await web(t, (stream) => {
      stream.additionalHeaders({ ':status': 103 })
      stream.respond({ ':status': 200, 'content-length': 1000 }, { endStream: true })
    })
    assert.equal(await probing({ ...probe, method: 'HEAD' }), 'pass: status 200')
  })

  it('follows redirects, to other places too', async (t) => {
    const other = await web(t, ready)
    const probe = await web(t, (stream, headers) => {
      const location = headers[':path'] === '/' ? '/next' : other.url
      stream.respond({ ':status': 302, location }, { endStream: true })
    })
    assert.equal(await probing(probe), 'pass: status 302')
    for (const connection of ['new', 'keep'] as const) {
      const following = { ...probe, followRedirects: true, expectBody: 'ready', connection }
      assert.equal(await probing(following), 'pass: status 200, body as expected')
    }
  })

  it('names a refused, a reset and a closed connection', async (t) => {
    assert.equal(await probing(at(await refusingPort(t))), 'fail: connection refused')
    assert.equal(await probing(at((await serveBadly(t, 'resetting')).port)), 'fail: connection reset')
    const closing = await serveTcp(t, (socket) => socket.once('data', () => socket.end()))
    assert.equal(await probing(at(closing.port)), 'fail: closed without an answer')
  })

  it('fails on a service that speaks HTTP/1, or anything else', async (t) => {
    const old = await serveHttp(t, (_, response) => response.end('ready'))
    assert.equal(await probing(at(old.port)), 'fail: the answer is not HTTP/2')
    const noise = await serveTcp(t, (socket) => socket.once('data', () => socket.end(randomBytes(5_000))))
    assert.equal(await probing(at(noise.port)), 'fail: the answer is not HTTP/2')
    assert.equal(await probing(at((await serveBadly(t, 'flooding')).port)), 'fail: the answer is not HTTP/2')
  })

  it('says with which code the service called the request or the connection off', async (t) => {
    for (const [code, name] of [
      [constants.NGHTTP2_REFUSED_STREAM, 'REFUSED_STREAM'],
      [constants.NGHTTP2_INTERNAL_ERROR, 'INTERNAL_ERROR'],
      [constants.NGHTTP2_HTTP_1_1_REQUIRED, 'HTTP_1_1_REQUIRED'],
    ] as const) {
      const reset = await web(t, (stream) => stream.close(code))
      assert.equal(await probing(reset), `fail: the service reset the request: ${name}`)
    }
    const calm = await web(t, (stream) => stream.session?.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM))
    assert.equal(await probing(calm), 'fail: the service ended the connection: ENHANCE_YOUR_CALM')
    const away = await web(t, (stream) => stream.session?.destroy())
    assert.equal(await probing(away), 'fail: the service ended the connection: NO_ERROR')
  })

  it('takes an answer that comes although the service ends the connection after it', async (t) => {
    const probe = await web(t, (stream, headers) => {
      stream.session?.goaway(constants.NGHTTP2_NO_ERROR, stream.id ?? 1)
      setImmediate(() => ready(stream, headers))
    })
    assert.equal(await probing({ ...probe, expectBody: 'ready' }), 'pass: status 200, body as expected')
  })

  it('does not pass a body that is cut off', async (t) => {
    const endings: readonly ((stream: ServerHttp2Stream, socket: Socket) => void)[] = [
      (stream) => stream.destroy(new Error('broken')),
      (stream) => stream.session?.destroy(),
      (_, socket) => socket.destroy(),
      (_, socket) => socket.resetAndDestroy(),
    ]
    for (const end of endings) {
      const server = await serveHttp2(t, (stream) => {
        stream.respond({ ':status': 200 })
        stream.write('ready', () => setImmediate(() => end(stream, server.accepted[0]!)))
      })
      assert.equal(
        await probing(at(server.port, { expectBody: 'ready' })),
        'fail: status 200, but the body was cut off',
      )
    }
    const short = await web(t, (stream) => {
      stream.respond({ ':status': 200, 'content-length': 100 })
      stream.end('ready')
    })
    assert.equal(await probing(short), 'fail: status 200, but the body was cut off')
  })

  it('says how far a late answer had come', async (t) => {
    const silent = await serveBadly(t, 'silent')
    assert.equal(await probing(at(silent.port), impatient), 'fail: connected, but no answer within 150 ms')
    const settled = await web(t, () => {}) // says SETTINGS, and no more
    assert.equal(await probing(settled, impatient), 'fail: connected, but no answer within 150 ms')
    const slow = await web(t, (stream) => {
      stream.respond({ ':status': 200 })
      const timer = setInterval(() => stream.write('x'), 20)
      stream.on('close', () => clearInterval(timer))
    })
    assert.equal(await probing(slow, impatient), 'fail: status 200, but not the whole body within 150 ms')
    // An empty SETTINGS frame, and the beginning of another one, a byte at a time.
    const dripping = await serveDripping(t, Buffer.from('000000040000000000', 'hex'))
    assert.equal(await probing(at(dripping.port), impatient), 'fail: connected, but no answer within 150 ms')
  })

  it('reads no more of an endless body than it searches', async (t) => {
    const hundredMegabytes = 100 * 1024 * 1024
    const server = await serveHttp2(t, (stream) => {
      const piece = Buffer.alloc(64 * 1024, 'x')
      let left = hundredMegabytes
      const pump = (): void => {
        while (left > 0 && !stream.destroyed && stream.write(piece)) left -= piece.length
      }
      stream.on('drain', pump).respond({ ':status': 200 })
      pump()
    })
    assert.match(await probing(at(server.port, { expectBody: 'ready' })), /^fail: status 200, answer lacks "ready": "x/)
    assert.equal(await probing(at(server.port, { connection: 'keep' })), 'pass: status 200')
    for (const socket of server.accepted) {
      await closed(socket)
      assert.ok(socket.bytesWritten < 4 * 1024 * 1024, String(socket.bytesWritten))
    }
  })

  it('takes many headers, and fails on endless ones', async (t) => {
    const headers = (size: number): Record<string, string> =>
      Object.fromEntries(Array.from({ length: 1_000 }, (_, n) => [`x-${n}`, 'x'.repeat(size)]))
    const some = await web(t, (stream) => stream.respond({ ':status': 200, ...headers(40) }, { endStream: true }))
    assert.equal(await probing(some), 'pass: status 200')
    // HEADERS that never end, in CONTINUATION frames.
    const frame = (type: string): Buffer =>
      Buffer.concat([Buffer.from(`004000${type}0000000001`, 'hex'), Buffer.alloc(0x4000)])
    const endless = await serveTcp(t, (socket) => {
      socket.write(Buffer.from('000000040000000000', 'hex'))
      socket.once('data', () => {
        socket.write(frame('01'))
        for (let n = 0; n < 100; n += 1) socket.write(frame('09'))
      })
    })
    assert.match(
      await probing(at(endless.port), impatient),
      /^fail: (the answer is not HTTP\/2|connected, but no answer)/,
    )
  })

  it('notices a process that hangs, and one that was killed', async (t) => {
    const server = await startServerChild(t, 'stream-server-main.js', 'http2')
    const probers = [at(server.port), at(server.port, { connection: 'keep' })].map((probe) => proberOf(probe))
    t.after(() => probers.forEach((prober) => prober.close()))
    for (const prober of probers) {
      assert.equal(await probeBy(prober), 'pass: status 200')
      server.freeze()
      assert.equal(await probeBy(prober, impatient), 'fail: connected, but no answer within 150 ms')
      server.thaw()
      assert.equal(await probeBy(prober), 'pass: status 200')
    }
    await server.kill()
    for (const prober of probers) assert.equal(await probeBy(prober), 'fail: connection refused')
  })
})

describe('http check by HTTP/2: a kept connection', () => {
  it('sends all probes over one connection, and closes it with the check', async (t) => {
    const server = await serveHttp2(t, ready)
    const prober = keeping(t, server.port)
    for (let n = 0; n < 5; n += 1) assert.equal(await probeBy(prober), 'pass: status 200')
    assert.equal(server.accepted.length, 1)
    prober.close()
    await closed(server.accepted[0]!)
  })

  it('opens a connection for each probe unless it is told to keep one', async (t) => {
    const server = await serveHttp2(t, ready)
    const prober = proberOf(at(server.port))
    for (let n = 0; n < 3; n += 1) assert.equal(await probeBy(prober), 'pass: status 200')
    assert.equal(server.accepted.length, 3)
    for (const socket of server.accepted) await closed(socket)
  })

  it('does not fail when the service ended the connection between two probes', async (t) => {
    const server = await serveHttp2(t, ready)
    const prober = keeping(t, server.port)
    const endings: readonly ((session: ServerHttp2Session) => void)[] = [
      (session) => session.close(),
      (session) => session.destroy(),
      (session) => session.goaway(constants.NGHTTP2_NO_ERROR),
    ]
    const sockets: readonly ((socket: Socket) => void)[] = [(one) => one.destroy(), (one) => one.resetAndDestroy()]
    for (const end of [...endings, ...sockets.map((of) => () => of(server.accepted.at(-1)!))]) {
      assert.equal(await probeBy(prober), 'pass: status 200')
      end(server.sessions.at(-1)!)
      assert.equal(await probeBy(prober), 'pass: status 200')
    }
  })

  it('does not fail when the service ends the connection as the request arrives, but when it does so again', async (t) => {
    let asked = 0
    const server = await serveHttp2(t, (stream, headers) => {
      asked += 1
      if (asked === 2) stream.session?.goaway(constants.NGHTTP2_NO_ERROR, (stream.id ?? 3) - 2)
      else if (asked > 3) stream.session?.destroy()
      else ready(stream, headers)
    })
    const prober = keeping(t, server.port)
    assert.equal(await probeBy(prober), 'pass: status 200')
    assert.equal(await probeBy(prober), 'pass: status 200')
    assert.equal(asked, 3)
    assert.equal(await probeBy(prober), 'fail: the service ended the connection: NO_ERROR')
  })
})
