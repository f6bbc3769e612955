import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer as createWebServer } from 'node:http'
import { createSecureServer, createServer } from 'node:http2'
import type { TestContext } from 'node:test'
import { describe, it } from 'node:test'
import { createServer as createTlsServer } from 'node:tls'

import { connectNodeAdapter } from '@connectrpc/connect-node'

import type { GrpcProbe } from '../../../src/domain/config.js'
import { Health, HealthCheckResponse_ServingStatus as Status } from '../../../src/gen/grpc-health/health_pb.js'
import type { CertificateOptions } from '../../support/certificates.js'
import { createAuthority } from '../../support/certificates.js'
import type { OnCall } from '../../support/grpc-servers.js'
import { framed, health, refuse, reply, serveGrpc } from '../../support/grpc-servers.js'
import { proberOf, probing } from '../../support/probing.js'
import { startServerChild } from '../../support/server-child.js'
import { refusingPort } from '../../support/servers.js'
import type { StreamServer } from '../../support/stream-servers.js'
import { serve, serveBadly, serveDripping } from '../../support/stream-servers.js'
import { waitFor } from '../../support/wait.js'

const authority = createAuthority()

function grpcProbe(port: number, service = '', over: Partial<GrpcProbe> = {}): GrpcProbe {
  return { type: 'grpc', host: '127.0.0.1', port, tls: null, call: { kind: 'health', service }, ...over }
}

/** Asks the health service of a server that does this with a call. */
async function asking(t: TestContext, onCall: OnCall): Promise<string> {
  const { port } = await serveGrpc(t, onCall)
  return probing(grpcProbe(port))
}

const head = { ':status': 200, 'content-type': 'application/grpc' }
const late = 'fail: connected, but no answer within 200 ms'

function serveHealth(t: TestContext, options: Partial<CertificateOptions>): Promise<StreamServer> {
  const { cert, key } = authority.issue({ names: 'DNS:www.example', ...options })
  const handler = connectNodeAdapter({
    routes: (router) => void router.service(Health, { check: () => ({ status: Status.SERVING }) }),
  })
  return serve(t, createSecureServer({ cert: readFileSync(cert), key: readFileSync(key) }, handler))
}

describe('a grpc check of the health service', () => {
  it('asks a server of another make for the service that it is told, and closes the connection', async (t) => {
    const asked: string[] = []
    const handler = connectNodeAdapter({
      routes: (router) =>
        void router.service(Health, {
          check: ({ service }) => {
            asked.push(service)
            return { status: service === 'demo.v1.Things' ? Status.NOT_SERVING : Status.SERVING }
          },
        }),
    })
    const server = await serve(t, createServer(handler))
    assert.equal(await probing(grpcProbe(server.port)), 'pass: SERVING')
    assert.equal(await probing(grpcProbe(server.port, 'demo.v1.Things')), 'fail: NOT_SERVING')
    assert.deepEqual(asked, ['', 'demo.v1.Things'])
    await waitFor('the connections to be closed', () => server.open === 0)
  })

  it('fails unless the service says SERVING', async (t) => {
    assert.equal(await asking(t, (stream) => reply(stream, health(1))), 'pass: SERVING')
    assert.equal(await asking(t, (stream) => reply(stream, health(0))), 'fail: UNKNOWN')
    assert.equal(await asking(t, (stream) => reply(stream, health(2))), 'fail: NOT_SERVING')
    assert.equal(
      await asking(t, (stream) => reply(stream, health(9))),
      'fail: status 9, which the health protocol does not know',
    )
  })

  it('names a service that is not known, and a server that has no health service', async (t) => {
    const { port } = await serveGrpc(t, (stream) => refuse(stream, 5, 'unknown service'))
    assert.equal(
      await probing(grpcProbe(port, 'demo.v1.Nothing')),
      'fail: service "demo.v1.Nothing" is not known there',
    )
    assert.equal(await asking(t, (stream) => refuse(stream, 12)), 'fail: the server has no standard health service')
  })

  it('fails with the status and the message of a server that refuses', async (t) => {
    assert.equal(await asking(t, (stream) => refuse(stream, 14, 'warming "up"')), 'fail: UNAVAILABLE: warming "up"')
    assert.equal(await asking(t, (stream) => refuse(stream, 7)), 'fail: PERMISSION_DENIED')
    assert.equal(await asking(t, (stream) => reply(stream, health(1), 13)), 'fail: INTERNAL')
    const long = await asking(t, (stream) => refuse(stream, 2, `\u001B[2J${'x'.repeat(500)}`))
    assert.match(long, /^fail: UNKNOWN: \\u001b\[2Jx{76}…$/)
  })

  it('fails when the answer is not of gRPC', async (t) => {
    const page: OnCall = (stream) => {
      stream.respond({ ':status': 200, 'content-type': 'text/html' })
      stream.end('<html>')
    }
    assert.equal(await asking(t, page), 'fail: the answer is not gRPC: unsupported content type text/html')
    const down: OnCall = (stream) => stream.respond({ ':status': 503 }, { endStream: true })
    assert.equal(await asking(t, down), 'fail: the answer is not gRPC: HTTP 503')
    const statusless: OnCall = (stream) => {
      stream.respond(head)
      stream.end(framed(health(1)))
    }
    assert.match(await asking(t, statusless), /^fail: the answer is not gRPC: /)
    assert.match(await asking(t, (stream) => reply(stream, Buffer.alloc(3, 0xff))), /^fail: the answer is not gRPC: /)
    const empty: OnCall = (stream) => refuse(stream, 0)
    assert.match(await asking(t, empty), /^fail: the answer is not gRPC: /)
  })

  it('fails when the server resets the call, ends it, or ends the connection', async (t) => {
    assert.equal(await asking(t, (stream) => stream.close(2)), 'fail: the server reset the call')
    const cut: OnCall = (stream) => {
      stream.respond(head)
      stream.end(framed(health(1), 30))
    }
    assert.match(await asking(t, cut), /^fail: the answer is not gRPC: /)
    assert.equal(await asking(t, (stream) => stream.session?.destroy()), 'fail: closed without an answer')
  })

  it('reads no more than 256 KiB of an answer, and accepts none that is compressed', async (t) => {
    let sent = 0
    const server = await serveGrpc(t, (stream) => {
      stream.respond(head)
      stream.write(framed(Buffer.alloc(0), 100_000_000))
      const more = (): void => {
        if (stream.destroyed || (sent += 1) > 1000) return
        stream.write(Buffer.alloc(100_000), more)
      }
      more()
    })
    assert.equal(await probing(grpcProbe(server.port)), 'fail: the answer is longer than 256 KiB')
    await waitFor('the connection to be closed', () => server.open === 0)
    assert.ok(sent < 100, `${sent} pieces were taken`)
    const squeezed: OnCall = (stream) => {
      stream.respond({ ...head, 'grpc-encoding': 'gzip' })
      stream.end(Buffer.from([1, 0, 0, 0, 1, 0]))
    }
    assert.match(await asking(t, squeezed), /^fail: the answer is not gRPC: unsupported response encoding "gzip"$/)
  })

  it('fails where nobody listens, or something else answers', async (t) => {
    assert.equal(await probing(grpcProbe(await refusingPort(t))), 'fail: connection refused')
    for (const kind of ['garbage', 'flooding'] as const) {
      const server = await serveBadly(t, kind)
      assert.equal(await probing(grpcProbe(server.port)), 'fail: the answer is not HTTP/2')
      await waitFor('the connection to be closed', () => server.open === 0)
    }
    const web = await serve(
      t,
      createWebServer((_, response) => response.end('hello')),
    )
    assert.equal(await probing(grpcProbe(web.port)), 'fail: the answer is not HTTP/2')
    for (const kind of ['closing', 'resetting'] as const) {
      const server = await serveBadly(t, kind)
      assert.match(await probing(grpcProbe(server.port)), /^fail: (closed without an answer|connection reset)$/)
    }
  })

  it('fails in time when the server is silent, slow, or never comes to an end, and lets go', async (t) => {
    const silent = await serveBadly(t, 'silent')
    assert.equal(await probing(grpcProbe(silent.port), 200), late)
    // The beginning of a SETTINGS frame of 16 KiB.
    const dripping = await serveDripping(t, Buffer.from('003ffc040000000000', 'hex'))
    assert.equal(await probing(grpcProbe(dripping.port), 200), late)
    const slow = await serveGrpc(t, (stream) => {
      stream.respond(head)
      stream.write(framed(Buffer.alloc(0), 100))
      const timer = setInterval(() => stream.write('\0'), 20)
      stream.on('close', () => clearInterval(timer))
    })
    assert.equal(await probing(grpcProbe(slow.port), 200), late)
    await waitFor('the connections to be closed', () => silent.open + dripping.open + slow.open === 0)
  })

  it('fails while the process of the server is stopped, and at once when it is gone', async (t) => {
    const server = await startServerChild(t, 'grpc-server-main.js')
    const prober = proberOf(grpcProbe(server.port))
    await prober.load?.()
    const { outcome } = await prober.probe(new AbortController().signal)
    assert.equal(outcome, 'pass')
    server.freeze()
    assert.equal(await probing(grpcProbe(server.port), 200), late)
    server.thaw()
    assert.equal(await probing(grpcProbe(server.port)), 'pass: SERVING')
    await server.kill()
    assert.equal(await probing(grpcProbe(server.port)), 'fail: connection refused')
  })
})

describe('a grpc check over TLS', () => {
  const secure = (over: Partial<GrpcProbe['tls'] & object> = {}): Partial<GrpcProbe> => ({
    tls: { ca: authority.ca, serverName: 'www.example', ...over },
  })

  it('verifies the certificate', async (t) => {
    const { port } = await serveHealth(t, {})
    assert.equal(await probing(grpcProbe(port, '', secure())), 'pass: SERVING')
    const foreign = await probing(grpcProbe(port, '', secure({ ca: createAuthority().ca })))
    assert.match(foreign, /^fail: certificate is from an authority that is not trusted/)
    const unnamed = await probing(grpcProbe(port, '', secure({ serverName: null })))
    assert.equal(unnamed, 'fail: certificate is not for 127.0.0.1 (it is for "DNS:www.example")')
    const expired = await serveHealth(t, { from: -9, until: -2 })
    assert.equal(await probing(grpcProbe(expired.port, '', secure())), 'fail: certificate expired')
  })

  it('tells a server without TLS, and one that hangs in the handshake', async (t) => {
    const plain = await serveGrpc(t, (stream) => reply(stream, health(1)))
    assert.match(await probing(grpcProbe(plain.port, '', secure())), /^fail: TLS handshake failed: /)
    const { port } = await serveHealth(t, {})
    assert.match(
      await probing(grpcProbe(port)),
      /^fail: (the answer is not HTTP\/2|closed without an answer|connection reset)$/,
    )
    const silent = await serveBadly(t, 'silent')
    const stuck = 'fail: connected, but no TLS handshake within 200 ms'
    assert.equal(await probing(grpcProbe(silent.port, '', secure()), 200), stuck)
    await waitFor('the connection to be closed', () => silent.open === 0)
  })

  it('fails when the server speaks TLS and no HTTP/2', async (t) => {
    const { cert, key } = authority.issue({ names: 'DNS:www.example' })
    const server = createTlsServer({ cert: readFileSync(cert), key: readFileSync(key) }, (socket) => {
      socket.on('error', () => {})
      socket.end('220 mail.example ready\r\n')
    })
    const { port } = await serve(t, server)
    assert.equal(await probing(grpcProbe(port, '', secure())), 'fail: the answer is not HTTP/2')
  })

  it('tests nothing when its authorities can not be read', async () => {
    const missing = await probing(grpcProbe(1, '', secure({ ca: '/nowhere/ca.pem' })))
    assert.match(missing, /^unknown: the authorities in \/nowhere\/ca\.pem can not be used: ENOENT/)
  })
})
