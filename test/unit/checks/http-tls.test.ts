import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import type { TestContext } from 'node:test'
import type { TLSSocket } from 'node:tls'

import type { HttpProbe } from '../../../src/domain/config.js'
import type { Certificate } from '../../support/certificates.js'
import { createAuthority } from '../../support/certificates.js'
import { httpProbe } from '../../support/check-instance.js'
import { probeBy, proberOf, probing } from '../../support/probing.js'
import { startServerChild } from '../../support/server-child.js'
import { refusingPort, serveHttp, serveHttps, serveTcp } from '../../support/servers.js'
import { serveBadly, serveDripping } from '../../support/stream-servers.js'
import { waitFor } from '../../support/wait.js'

const ours = createAuthority()
const foreign = createAuthority()
const names = 'DNS:localhost,IP:127.0.0.1'

const pem = ({ cert, key }: Certificate): { cert: string; key: string } => ({
  cert: readFileSync(cert, 'utf8'),
  key: readFileSync(key, 'utf8'),
})

describe('http check: TLS', () => {
  const at = (port: number, over: Partial<HttpProbe> = {}): HttpProbe =>
    httpProbe({ url: `https://127.0.0.1:${port}/`, ca: ours.ca, ...over })

  async function serve(t: TestContext, certificate: Certificate): Promise<number> {
    return (await serveHttps(t, pem(certificate), (_, response) => response.end('ready'))).port
  }

  it('passes when the authority is the one that is named', async (t) => {
    const port = await serve(t, ours.issue({ names }))
    assert.equal(await probing(at(port, { expectBody: 'ready' })), 'pass: status 200, body as expected')
    assert.equal(await probing(at(port, { url: `https://localhost:${port}/` })), 'pass: status 200')
  })

  it('names an expired certificate, and one that is not valid yet', async (t) => {
    const old = ours.issue({ names, from: -9, until: -1 })
    assert.equal(await probing(at(await serve(t, old))), 'fail: certificate expired')
    const early = ours.issue({ names, from: 1, until: 9 })
    assert.equal(await probing(at(await serve(t, early))), 'fail: certificate not valid yet')
  })

  it('names the certificate of a foreign authority, and one signed by itself', async (t) => {
    assert.equal(
      await probing(at(await serve(t, foreign.issue({ names })))),
      'fail: certificate is from an authority that is not trusted (name it in `ca`)',
    )
    assert.equal(
      await probing(at(await serve(t, ours.selfSigned({ names })))),
      'fail: certificate is self-signed and not trusted (name it in `ca`)',
    )
  })

  it('trusts no private authority unless it is named', async (t) => {
    const port = await serve(t, ours.issue({ names }))
    assert.equal(
      await probing(at(port, { ca: null })),
      'fail: certificate is from an authority that is not trusted (name it in `ca`)',
    )
  })

  it('names a certificate for another host, and the hosts that it is for', async (t) => {
    const port = await serve(t, ours.issue({ names: 'DNS:www.example,IP:192.0.2.7' }))
    assert.equal(
      await probing(at(port)),
      'fail: certificate is not for 127.0.0.1 (it is for "DNS:www.example, IP Address:192.0.2.7")',
    )
    assert.equal(await probing(at(port, { headers: { Host: 'www.example' } })), 'pass: status 200')
  })

  it('accepts any certificate when it is told to', async (t) => {
    const old = foreign.issue({ names: 'DNS:www.example', from: -9, until: -1 })
    assert.equal(await probing(at(await serve(t, old), { insecure: true })), 'pass: status 200')
  })

  it('says where a service does not speak TLS, hangs or closes in the handshake', async (t) => {
    const plain = await serveHttp(t, (_, response) => response.end())
    assert.equal(await probing(at(plain.port)), 'fail: TLS handshake failed: wrong version number')
    const silent = await serveTcp(t, (socket) => socket.resume())
    assert.equal(await probing(at(silent.port), 150), 'fail: connected, but no TLS handshake within 150 ms')
    const closing = await serveTcp(t, (socket) => socket.once('data', () => socket.end()))
    assert.equal(await probing(at(closing.port)), 'fail: closed during the TLS handshake')
    const resetting = await serveTcp(t, (socket) => socket.once('data', () => socket.resetAndDestroy()))
    assert.equal(await probing(at(resetting.port)), 'fail: connection reset')
    assert.equal(await probing(at(await refusingPort(t))), 'fail: connection refused')
  })

  it('says so of a process that hangs, in the handshake and after it', async (t) => {
    const { cert, key } = ours.issue({ names })
    const server = await startServerChild(t, 'tls-server-main.js', cert, key)
    assert.equal(await probing(at(server.port), 1_000), 'fail: connected, but no answer within 1000 ms')
    server.freeze()
    assert.equal(await probing(at(server.port), 150), 'fail: connected, but no TLS handshake within 150 ms')
    await server.kill()
    assert.equal(await probing(at(server.port)), 'fail: connection refused')
  })

  it('fails without reading on when the service sends noise without end, or a byte at a time', async (t) => {
    const flooding = await serveBadly(t, 'flooding')
    assert.match(await probing(at(flooding.port)), /^fail: TLS handshake failed: /)
    // A record of 16 KiB that holds one handshake message.
    const dripping = await serveDripping(t, Buffer.from('1603034000020003fc', 'hex'))
    assert.equal(await probing(at(dripping.port), 150), 'fail: connected, but no TLS handshake within 150 ms')
    await waitFor('the connections to be closed', () => flooding.open + dripping.open === 0)
  })

  it('reads no more of an endless body than it searches', async (t) => {
    const server = await serveHttps(t, pem(ours.issue({ names })), (_, response) => {
      const pump = (): void => {
        while (response.socket !== null && response.write(Buffer.alloc(64 * 1024, 'x')));
      }
      response.on('drain', pump)
      pump()
    })
    assert.match(await probing(at(server.port, { expectBody: 'ready' })), /^fail: status 200, answer lacks "ready"/)
    await waitFor('the connection to be closed', () => server.open === 0)
  })

  it('names a service that wants a certificate of the client', async (t) => {
    const server = await serveHttps(
      t,
      { ...pem(ours.issue({ names })), ca: readFileSync(ours.ca), requestCert: true, rejectUnauthorized: true },
      (_, response) => response.end(),
    )
    assert.match(await probing(at(server.port)), /^fail: TLS handshake failed: .*certificate required/)
  })

  it('looks at the certificate of each new connection instead of resuming a session', async (t) => {
    const resumed: boolean[] = []
    const server = await serveHttps(t, pem(ours.issue({ names })), (request, response) => {
      resumed.push((request.socket as TLSSocket).isSessionReused())
      response.end()
    })
    const prober = proberOf(at(server.port))
    t.after(() => prober.close())
    for (let n = 0; n < 3; n += 1) assert.equal(await probeBy(prober), 'pass: status 200')
    assert.deepEqual(resumed, [false, false, false])
  })

  it('tests nothing with authorities that can not be read', async (t) => {
    const port = await serve(t, ours.issue({ names }))
    assert.match(
      await probing(at(port, { ca: `${ours.ca}.missing` })),
      /^unknown: the authorities in .*\.missing can not be used: ENOENT/,
    )
    const broken = `${ours.ca}.broken`
    writeFileSync(broken, 'not a certificate')
    assert.match(
      await probing(at(port, { ca: broken })),
      /^unknown: the authorities in .*\.broken can not be used: it holds no certificate/,
    )
  })
  it('lets go at once when it is called off while the authorities are being read', async (t) => {
    const server = await serveHttps(t, pem(ours.issue({ names })), (_, response) => response.end())
    const prober = proberOf(at(server.port))
    t.after(() => prober.close())
    const calling = new AbortController()
    const probe = prober.probe(calling.signal)
    calling.abort()
    assert.deepEqual(await probe, { outcome: 'aborted', lacking: 'no connection' })
  })
})
