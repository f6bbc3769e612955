import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'

import type { HttpProbe } from '../../../src/domain/config.js'
import { createAuthority, type Certificate } from '../../support/certificates.js'
import { httpProbe } from '../../support/check-instance.js'
import { ready, serveHttp2 } from '../../support/http2-servers.js'
import { probing } from '../../support/probing.js'
import { serveHttps, serveTcp } from '../../support/servers.js'
import { serveBadly } from '../../support/stream-servers.js'

/** Short enough for a service that never answers. */
const impatient = 150

const ours = createAuthority()
const foreign = createAuthority()
const names = 'DNS:localhost,DNS:www.example,IP:127.0.0.1'

const pem = ({ cert, key }: Certificate): { cert: Buffer; key: Buffer } => ({
  cert: readFileSync(cert),
  key: readFileSync(key),
})

describe('http check by HTTP/2: TLS', () => {
  const over = (port: number, more: Partial<HttpProbe> = {}): HttpProbe =>
    httpProbe({ http2: true, url: `https://127.0.0.1:${port}/`, ca: ours.ca, ...more })

  it('agrees on HTTP/2 in the handshake, by the name that it asks for', async (t) => {
    const server = await serveHttp2(t, ready, pem(ours.issue({ names })))
    for (const connection of ['new', 'keep'] as const) {
      assert.equal(
        await probing(over(server.port, { expectBody: 'ready', connection })),
        'pass: status 200, body as expected',
      )
    }
    assert.equal(await probing(over(server.port, { headers: { host: 'www.example:8443' } })), 'pass: status 200')
    assert.match(
      await probing(over(server.port, { headers: { Host: 'other.example' } })),
      /^fail: certificate is not for other\.example /,
    )
  })

  it('fails on a service that speaks HTTP/1 alone', async (t) => {
    const certificate = pem(ours.issue({ names }))
    const old = await serveHttps(t, certificate, (_, response) => response.end('ready'))
    assert.equal(await probing(over(old.port)), 'fail: the service speaks no HTTP/2')
    const mute = await serveHttps(t, { ...certificate, ALPNCallback: () => undefined }, (_, response) => response.end())
    assert.equal(await probing(over(mute.port)), 'fail: the service speaks no HTTP/2')
  })

  it('names a certificate that is not good, unless any will do', async (t) => {
    const old = await serveHttp2(t, ready, pem(ours.issue({ names, from: -9, until: -1 })))
    assert.equal(await probing(over(old.port)), 'fail: certificate expired')
    const other = await serveHttp2(t, ready, pem(foreign.issue({ names: 'DNS:www.example' })))
    assert.match(await probing(over(other.port)), /^fail: certificate is from an authority that is not trusted/)
    for (const { port } of [old, other]) {
      assert.equal(await probing(over(port, { ca: null, insecure: true })), 'pass: status 200')
    }
  })

  it('says where the handshake fails', async (t) => {
    const plain = await serveHttp2(t, ready)
    assert.match(await probing(over(plain.port)), /^fail: (TLS handshake failed: |closed during the TLS handshake)/)
    const silent = await serveBadly(t, 'silent')
    assert.equal(await probing(over(silent.port), impatient), 'fail: connected, but no TLS handshake within 150 ms')
    const closing = await serveTcp(t, (socket) => socket.once('data', () => socket.end()))
    assert.equal(await probing(over(closing.port)), 'fail: closed during the TLS handshake')
    assert.match(
      await probing(over(1, { ca: `${ours.ca}.missing` })),
      /^unknown: the authorities in .* can not be used/,
    )
  })
})
