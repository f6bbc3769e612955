import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer as createTcpServer } from 'node:net'
import type { TestContext } from 'node:test'
import { describe, it } from 'node:test'
import { createServer } from 'node:tls'

import type { TlsProbe } from '../../../src/domain/config.js'
import type { Certificate, CertificateOptions } from '../../support/certificates.js'
import { createAuthority } from '../../support/certificates.js'
import { lookupOf, proberOf, probing } from '../../support/probing.js'
import { startServerChild } from '../../support/server-child.js'
import { refusingPort } from '../../support/servers.js'
import type { StreamServer } from '../../support/stream-servers.js'
import { serve, serveBadly, serveDripping } from '../../support/stream-servers.js'
import { waitFor } from '../../support/wait.js'

const authority = createAuthority()

const late = 'fail: connected, but no TLS handshake within 200 ms'

function tlsProbe(port: number, over: Partial<TlsProbe> = {}): TlsProbe {
  const fixed = { type: 'tls', host: '127.0.0.1', port, serverName: 'www.example', minDaysLeft: 0 } as const
  return { ...fixed, ca: authority.ca, ...over }
}

function serveTls(t: TestContext, { cert, key }: Certificate): Promise<StreamServer> {
  const server = createServer({ cert: readFileSync(cert), key: readFileSync(key) }, (socket) =>
    socket.on('error', () => {}),
  )
  server.on('tlsClientError', () => {})
  return serve(t, server)
}

const certified = (t: TestContext, options: Partial<CertificateOptions> = {}): Promise<StreamServer> =>
  serveTls(t, authority.issue({ names: 'DNS:www.example,IP:127.0.0.1', ...options }))

describe('a tls check', () => {
  it('passes with a good certificate, says how long that stays good, and closes the connection', async (t) => {
    const server = await certified(t, { until: 20.5 })
    assert.equal(await probing(tlsProbe(server.port)), 'pass: certificate good for 20 days')
    await waitFor('the connection to be closed', () => server.open === 0)
  })

  it('takes leave as TLS has it, so that the service has no error to log', async (t) => {
    const { cert, key } = authority.issue({ names: 'DNS:www.example' })
    const errors: Error[] = []
    let ended = false
    const server = createServer({ cert: readFileSync(cert), key: readFileSync(key) }, (socket) => {
      socket.on('error', (error) => errors.push(error))
      socket.on('end', () => (ended = true)).resume()
    })
    server.on('tlsClientError', (error) => errors.push(error))
    const { port } = await serve(t, server)
    assert.match(await probing(tlsProbe(port)), /^pass/)
    await waitFor('the end of the connection', () => ended)
    assert.deepEqual(errors, [])
  })

  it('verifies an address where no name is given, and a name where the host is one', async (t) => {
    const { port } = await certified(t)
    assert.match(await probing(tlsProbe(port, { serverName: null })), /^pass/)
    const local = await certified(t, { names: 'DNS:localhost' })
    const byName = tlsProbe(local.port, { serverName: null, host: 'localhost' })
    assert.match(await probing(byName, undefined, { lookup: lookupOf({ localhost: '127.0.0.1' }) }), /^pass/)
  })

  it('fails when the certificate ends before minDaysLeft', async (t) => {
    const { port } = await certified(t, { until: 6.5 })
    assert.match(await probing(tlsProbe(port, { minDaysLeft: 6 })), /^pass/)
    const until = new Date(Date.now() + 6.5 * 86_400_000).toISOString().slice(0, 10)
    assert.equal(
      await probing(tlsProbe(port, { minDaysLeft: 7 })),
      `fail: certificate good for 6 days (until ${until}), wanted 7`,
    )
  })

  it('fails with a certificate that has expired, or is not valid yet', async (t) => {
    const expired = await certified(t, { from: -9, until: -2 })
    assert.equal(await probing(tlsProbe(expired.port)), 'fail: certificate expired')
    const early = await certified(t, { from: 2, until: 9 })
    assert.equal(await probing(tlsProbe(early.port)), 'fail: certificate not valid yet')
  })

  it('fails with a certificate for another name or address', async (t) => {
    const { port } = await certified(t, { names: 'DNS:other.example' })
    const lists = '(it is for "DNS:other.example")'
    assert.equal(await probing(tlsProbe(port)), `fail: certificate is not for www.example ${lists}`)
    const byAddress = await probing(tlsProbe(port, { serverName: null }))
    assert.equal(byAddress, `fail: certificate is not for 127.0.0.1 ${lists}`)
  })

  it('fails with a certificate of a foreign authority, that of this machine included, or of none', async (t) => {
    const { port } = await certified(t)
    const foreign = createAuthority().ca
    const untrusted = 'certificate is from an authority that is not trusted (name it in `ca`)'
    assert.equal(await probing(tlsProbe(port, { ca: foreign })), `fail: ${untrusted}`)
    assert.equal(await probing(tlsProbe(port, { ca: null })), `fail: ${untrusted}`)
    const own = await serveTls(t, authority.selfSigned({ names: 'DNS:www.example' }))
    const selfSigned = 'certificate is self-signed and not trusted (name it in `ca`)'
    assert.equal(await probing(tlsProbe(own.port)), `fail: ${selfSigned}`)
  })

  it('tests nothing when its authorities can not be read', async (t) => {
    const { port } = await certified(t)
    const missing = `${authority.ca}.missing`
    assert.match(
      await probing(tlsProbe(port, { ca: missing })),
      /^unknown: the authorities in .*\.missing can not be used: ENOENT/,
    )
    const empty = `${authority.ca}.empty`
    writeFileSync(empty, 'no certificate')
    const problem = `the authorities in ${empty} can not be used: it holds no certificate in PEM form`
    assert.equal(await probing(tlsProbe(port, { ca: empty })), `unknown: ${problem}`)
  })

  it('fails at once where nobody listens', async (t) => {
    assert.equal(await probing(tlsProbe(await refusingPort(t))), 'fail: connection refused')
  })

  it('fails when the service says something else than TLS', async (t) => {
    const { port } = await serveBadly(t, 'garbage')
    assert.match(await probing(tlsProbe(port)), /^fail: TLS handshake failed: (wrong version number|packet length)/)
    const web = await serve(
      t,
      createTcpServer((socket) => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
    )
    assert.equal(await probing(tlsProbe(web.port)), 'fail: TLS handshake failed: wrong version number')
  })

  it('fails when the service closes or resets the connection', async (t) => {
    const closing = await serveBadly(t, 'closing')
    assert.equal(await probing(tlsProbe(closing.port)), 'fail: closed during the TLS handshake')
    const resetting = await serveBadly(t, 'resetting')
    assert.equal(await probing(tlsProbe(resetting.port)), 'fail: connection reset')
  })

  it('fails in time when the service says nothing, and lets go of the connection', async (t) => {
    const server = await serveBadly(t, 'silent')
    assert.equal(await probing(tlsProbe(server.port), 200), late)
    await waitFor('the connection to be closed', () => server.open === 0)
  })

  it('fails in time when the handshake comes byte by byte, and lets go of the connection', async (t) => {
    // A record of 16 KiB that holds one handshake message.
    const server = await serveDripping(t, Buffer.from('1603034000020003fc', 'hex'))
    assert.equal(await probing(tlsProbe(server.port), 200), late)
    await waitFor('the connection to be closed', () => server.open === 0)
  })

  it('fails without reading on when the service never stops sending', async (t) => {
    const server = await serveBadly(t, 'flooding')
    assert.match(await probing(tlsProbe(server.port)), /^fail: TLS handshake failed: /)
    await waitFor('the connection to be closed', () => server.open === 0)
  })

  it('fails while the process of the service is stopped, and passes when it goes on', async (t) => {
    const { cert, key } = authority.issue({ names: 'DNS:www.example' })
    const service = await startServerChild(t, 'tls-server-main.js', cert, key)
    assert.match(await probing(tlsProbe(service.port)), /^pass/)
    service.freeze()
    assert.equal(await probing(tlsProbe(service.port), 200), late)
    service.thaw()
    assert.match(await probing(tlsProbe(service.port)), /^pass/)
    await service.kill()
    assert.equal(await probing(tlsProbe(service.port)), 'fail: connection refused')
  })

  it('looks at the certificate anew each time, never at a session that it has kept', async (t) => {
    const { cert, key } = authority.issue({ names: 'DNS:www.example' })
    const resumed: boolean[] = []
    const server = createServer({ cert: readFileSync(cert), key: readFileSync(key) }, (socket) => {
      resumed.push(socket.isSessionReused())
      socket.on('error', () => {})
    })
    const { port } = await serve(t, server)
    const prober = proberOf(tlsProbe(port))
    for (const n of [1, 2, 3]) {
      const { outcome } = await prober.probe(new AbortController().signal)
      assert.equal(outcome, 'pass', `probe ${n}`)
    }
    await waitFor('three connections', () => resumed.length === 3)
    assert.deepEqual(resumed, [false, false, false])
  })
})
