import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer as createHttp1Server } from 'node:http'
import { createSecureServer, createServer as createHttp2Server, type ServerHttp2Stream } from 'node:http2'
import { createServer as createHttps1Server } from 'node:https'
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { TlsFiles } from '../../../../src/domain/config.js'
import type { Outcome, TargetErrorCode } from '../../../../src/domain/target.js'
import { systemClock } from '../../../../src/platform/clock.js'
import type { Endpoint } from '../../../../src/routers/common/grpc-connection.js'
import { GobgpTarget } from '../../../../src/routers/gobgp/target.js'
import { createAuthority, type Authority, type Certificate } from '../../../support/certificates.js'
import { errorOf, prefix, withdraw } from '../../../support/routes.js'

const never = new AbortController().signal

describe('an endpoint that is no gobgpd', () => {
  let folder: string
  let authority: Authority
  let certificate: Certificate
  const opened: { readonly server: Server; readonly sockets: Set<Socket> }[] = []
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'vipcast-endpoints-'))
    authority = createAuthority()
    certificate = authority.issue({ names: 'DNS:localhost,IP:127.0.0.1' })
  })
  after(() => {
    for (const { server, sockets } of opened) {
      server.close()
      for (const socket of sockets) socket.destroy()
    }
    rmSync(folder, { recursive: true, force: true })
  })
  const listen = async (server: Server, host = '127.0.0.1'): Promise<number> => {
    const sockets = new Set<Socket>()
    opened.push({ server, sockets })
    server.on('connection', (socket) => {
      sockets.add(socket)
      socket.on('error', () => {})
    })
    await new Promise<void>((resolve) => server.listen(0, host, resolve))
    return (server.address() as AddressInfo).port
  }
  const http2 = (answer: (stream: ServerHttp2Stream) => void): Promise<number> => {
    const server = createHttp2Server()
    server.on('stream', answer)
    return listen(server)
  }
  const secure = (options: object = {}): Promise<number> => {
    const server = createSecureServer({ ...pem(certificate), ...options })
    server.on('stream', unimplemented)
    return listen(server)
  }
  const trusting = (): TlsFiles => ({ ca: authority.ca, cert: null, key: null })

  /** The change must be known not to have been made, and the error must be one sentence that ends in what to do. */
  const fails = async (endpoint: Endpoint, code: TargetErrorCode, sentence: RegExp): Promise<void> => {
    const options = {
      name: 'edge',
      endpoint,
      pools: [prefix('203.0.113.0/24')],
      clock: systemClock,
      random: Math.random,
    }
    const target = new GobgpTarget(options)
    const [outcomes, observed] = await Promise.all([
      target.apply([withdraw('203.0.113.1')], never),
      target.observe(never).catch((error: unknown) => error),
    ])
    const error = errorOf(outcomes[0])
    assert.deepEqual([outcomes[0]?.kind, error?.code], ['failed', code] satisfies [Outcome['kind'], TargetErrorCode])
    assert.match(error?.message ?? '', sentence)
    assert.match(error?.message ?? '', /^router edge: .*; [^;\n]+$/)
    assert.equal((observed as { code?: string }).code, code)
  }

  it('is unreachable when nobody listens', async () => {
    // tcpmux: nobody serves it.
    await fails(tcp(1), 'unreachable', /nobody listens there; start gobgpd/)
  })

  it('is unreachable when the socket is missing, or a plain file', async () => {
    writeFileSync(join(folder, 'file'), '')
    for (const name of ['missing.sock', 'file']) {
      await fails({ kind: 'unix', path: join(folder, name) }, 'unreachable', /at unix:.*nobody listens there/)
    }
  })

  it('is unreachable when its host has no address', async () => {
    await fails({ ...tcp(50051), host: 'gobgpd.invalid' }, 'unreachable', /no host has that name/)
  })

  it('is unreachable when it ends every connection', async () => {
    await fails(tcp(await listen(createTcpServer((socket) => socket.end()))), 'unreachable', /the connection broke/)
  })

  it('times out when it accepts and says nothing, with and without TLS', async () => {
    const port = await listen(createTcpServer())
    await Promise.all([
      fails(tcp(port), 'timeout', /no answer in time; look whether gobgpd hangs/),
      fails(tcp(port, trusting()), 'timeout', /no answer in time/),
    ])
  })

  it('makes no sense when it speaks another protocol', async () => {
    const ports = [
      await listen(createHttp1Server((_request, response) => response.end('hello'))),
      await listen(createTcpServer((socket) => socket.write('220 mail.example ESMTP\r\n'))),
      await http2((stream) => {
        stream.respond({ ':status': 200, 'content-type': 'text/html' })
        stream.end('<html>')
      }),
    ]
    for (const port of ports)
      await fails(tcp(port), 'nonsense', /made no sense .*; check that this is the address of gobgpd/)
  })

  it('makes no sense when it speaks gRPC and has neither of the services', async () => {
    const notFound = await http2((stream) => stream.respond({ ':status': 404 }, { endStream: true }))
    for (const port of [await http2(unimplemented), notFound]) {
      await fails(tcp(port), 'nonsense', /neither the API of GoBGP 3 nor of GoBGP 4; correct the address/)
    }
  })

  it('makes no sense when its answer does not parse', async () => {
    const port = await http2((stream) => {
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
      stream.end(Buffer.from([0, 0, 0, 0, 3, 255, 255, 255]))
    })
    await fails(tcp(port), 'nonsense', /made no sense/)
  })

  it('is asked over IPv6 as well, also with a zone', async () => {
    const server = createHttp2Server()
    server.on('stream', unimplemented)
    const port = await listen(server, '::1')
    for (const host of ['::1', '::1%lo'])
      await fails({ ...tcp(port), host }, 'nonsense', /at \[::1.*\]:\d+ has neither/)
  })

  it('forbids', async () => {
    const port = await http2((stream) => {
      const headers = { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '7', 'grpc-message': 'no' }
      stream.respond(headers, { endStream: true })
    })
    await fails(tcp(port), 'not-permitted', /it forbids that \(no\); check tls\.cert/)
  })

  it('is trusted with its authority, by address and by name', async () => {
    const port = await secure()
    for (const host of ['127.0.0.1', 'localhost']) {
      // What answers there is nobody's API; that it is asked at all needs the handshake.
      await fails({ ...tcp(port, trusting()), host }, 'nonsense', /neither the API/)
    }
  })

  it('is not trusted without its authority, or under another name', async () => {
    const untrusted = /its certificate is not trusted; check tls\.ca and the name/
    await fails(tcp(await secure(), { ca: null, cert: null, key: null }), 'not-permitted', untrusted)
    const other = pem(authority.issue({ names: 'DNS:other.invalid' }))
    await fails(tcp(await secure(other), trusting()), 'not-permitted', untrusted)
  })

  it('wants a certificate of ours', async () => {
    const port = await secure({ requestCert: true, rejectUnauthorized: true, ca: readFileSync(authority.ca) })
    await fails(tcp(port, trusting()), 'not-permitted', /it refused our certificate; check tls\.cert and tls\.key/)
    const own = authority.issue({ names: 'DNS:client' })
    await fails(tcp(port, { ca: authority.ca, ...own }), 'nonsense', /neither the API/)
  })

  it('has TLS where we have none, and the other way round', async () => {
    await fails(tcp(await secure()), 'unreachable', /the connection broke; .* whether `tls` is as it wants it/)
    await fails(tcp(await http2(unimplemented), trusting()), 'nonsense', /it speaks no TLS; remove `tls`/)
    const port = await listen(createHttps1Server(pem(certificate)))
    await fails(tcp(port, trusting()), 'nonsense', /it speaks no HTTP\/2; correct the address/)
  })

  it('is asked with files that can not be used', async () => {
    const port = await secure()
    const missing = join(folder, 'missing.pem')
    await fails(tcp(port, { ...trusting(), ca: missing }), 'not-permitted', /missing\.pem can not be read \(ENOENT\)/)
    const junk = join(folder, 'junk.pem')
    writeFileSync(junk, 'no key\n')
    const files = { ca: authority.ca, cert: certificate.cert, key: junk }
    await fails(tcp(port, files), 'not-permitted', /can not be read as PEM; check tls\.ca, tls\.cert and tls\.key/)
  })
})

function tcp(port: number, tls: TlsFiles | null = null): Extract<Endpoint, { kind: 'tcp' }> {
  return { kind: 'tcp', host: '127.0.0.1', port, tls }
}

function pem({ cert, key }: Certificate): { cert: Buffer; key: Buffer } {
  return { cert: readFileSync(cert), key: readFileSync(key) }
}

function unimplemented(stream: ServerHttp2Stream): void {
  const headers = { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '12', 'grpc-message': 'unknown' }
  stream.respond(headers, { endStream: true })
}
