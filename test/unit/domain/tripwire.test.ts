import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import type { Probe } from '../../../src/domain/config.js'
import { localTarget, serves, watchedListener, type LocalSocket } from '../../../src/domain/tripwire.js'
import { httpProbe, tcpProbe } from '../../support/check-instance.js'

const dns = {
  type: 'dns',
  host: '127.0.0.1',
  port: 53,
  query: 'example',
  rrtype: 'A',
  expect: null,
  expectRcode: 'NOERROR',
} as const

function watched(probe: Probe): string | null {
  const listener = watchedListener(probe)
  return listener && `${listener.protocol} ${listener.host} ${listener.port}`
}

describe('the listening socket of a check', () => {
  it('is the one that the probe connects to', () => {
    assert.equal(watched(tcpProbe({ host: '::1', port: 25 })), 'tcp ::1 25')
    assert.equal(watched({ type: 'udp', host: '127.0.0.1', port: 123, send: '', expect: null }), 'udp 127.0.0.1 123')
    assert.equal(watched({ ...dns, transport: 'udp' }), 'udp 127.0.0.1 53')
    assert.equal(watched({ ...dns, transport: 'tcp' }), 'tcp 127.0.0.1 53')
  })

  it('is that of the URL, at the standard port of its scheme unless it names one', () => {
    assert.equal(watched(httpProbe({ url: 'http://127.0.0.1/healthz' })), 'tcp 127.0.0.1 80')
    assert.equal(watched(httpProbe({ url: 'https://localhost' })), 'tcp localhost 443')
    assert.equal(watched(httpProbe({ url: 'https://[2001:db8::1]:8443/' })), 'tcp 2001:db8::1 8443')
  })

  it('is any on the port where the check names no address', () => {
    assert.equal(watched({ type: 'listen', port: 80, protocol: 'tcp', address: null }), 'tcp null 80')
  })

  it('is none where a check looks at something else', () => {
    assert.equal(watched({ type: 'file', path: '/x', state: 'present', maxAge: null, contains: null }), null)
  })
})

describe('a target', () => {
  it('is local when it is the loopback by address or name', () => {
    for (const host of ['127.0.0.1', '127.0.0.53', '::1', '::', '0.0.0.0', 'localhost', 'LOCALHOST.', 'a.localhost'])
      assert.equal(localTarget(host), 'loopback', host)
  })

  it('is an address to be looked up, or unknown', () => {
    assert.deepEqual(localTarget('192.0.2.1'), { family: 'ipv4', text: '192.0.2.1' })
    assert.equal(localTarget('web.example'), null)
    assert.equal(localTarget('localhost.example'), null)
  })
})

describe('a socket', () => {
  const at = (address: string | null, family: LocalSocket['family']): LocalSocket => ({
    protocol: 'tcp',
    address,
    family,
    port: 80,
  })
  const to = (host: string | null): Parameters<typeof serves>[1] => ({ protocol: 'tcp', host, port: 80 })

  it('serves its own address, and every address of its family when it has none', () => {
    assert.ok(serves(at('192.0.2.1', 'ipv4'), to('192.0.2.1')))
    assert.ok(!serves(at('192.0.2.2', 'ipv4'), to('192.0.2.1')))
    assert.ok(serves(at(null, 'ipv4'), to('192.0.2.1')))
    assert.ok(serves(at(null, 'any'), to('192.0.2.1')))
    assert.ok(serves(at(null, 'any'), to('2001:db8::1')))
    assert.ok(!serves(at(null, 'ipv4'), to('2001:db8::1')))
    assert.ok(!serves(at(null, 'ipv6'), to('192.0.2.1')))
  })

  it('serves localhost at either loopback, and nothing of another port or protocol', () => {
    assert.ok(serves(at('127.0.0.1', 'ipv4'), to('localhost')))
    assert.ok(serves(at('::1', 'ipv6'), to('localhost')))
    assert.ok(!serves(at('192.0.2.1', 'ipv4'), to('localhost')))
    assert.ok(!serves({ ...at(null, 'any'), port: 81 }, to('localhost')))
    assert.ok(!serves({ ...at(null, 'any'), protocol: 'udp' }, to(null)))
    assert.ok(serves(at('192.0.2.9', 'ipv4'), to(null)))
  })
})
