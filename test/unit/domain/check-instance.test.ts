import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { asksForAddress, checkInstances, instanceKey } from '../../../src/domain/check-instance.js'
import type { HttpProbe, TcpProbe } from '../../../src/domain/config.js'
import { checkOf, vipOf } from '../../support/sample-config.js'

const tcp: TcpProbe = { type: 'tcp', host: '${address}', port: 53, send: null, expect: null }
const http: HttpProbe = {
  type: 'http',
  url: 'http://${address}:8080/health',
  method: 'GET',
  headers: {},
  body: null,
  expectStatus: [[200, 399]],
  expectBody: null,
  followRedirects: false,
  ca: null,
  insecure: false,
  http2: false,
  connection: 'new',
}
const addresses = ['203.0.113.53', '2001:db8:53::53']

describe('the instances of a check', () => {
  it('are one for the VIP when it does not ask for the address', () => {
    const instances = checkInstances(vipOf('dns', addresses, { checks: [checkOf()] }))
    assert.deepEqual(instances.map(instanceKey), ['dns/tcp'])
  })

  it('are one for each address when it asks for it', () => {
    const check = checkOf({ probe: tcp, perAddress: true })
    const instances = checkInstances(vipOf('dns', addresses, { checks: [check] }))
    assert.deepEqual(instances.map(instanceKey), ['dns/tcp@203.0.113.53', 'dns/tcp@2001:db8:53::53'])
    assert.deepEqual(
      instances.map(({ probe }) => probe.type === 'tcp' && probe.host),
      addresses,
    )
  })

  it('stand in the order of the configuration, with names of their own', () => {
    const checks = [checkOf({ name: 'b' }), checkOf({ name: 'a', perAddress: true })]
    const keys = checkInstances(vipOf('dns', addresses, { checks })).map(instanceKey)
    assert.deepEqual(keys, ['dns/b', 'dns/a@203.0.113.53', 'dns/a@2001:db8:53::53'])
    assert.equal(new Set(keys).size, keys.length)
  })

  it('put an IPv6 address into a URL in brackets, once, and into a host without', () => {
    for (const url of ['http://${address}:8080/health', 'http://[${address}]:8080/health']) {
      const check = checkOf({ probe: { ...http, url }, perAddress: true })
      const urls = checkInstances(vipOf('web', ['2001:db8:53::53'], { checks: [check] })).map(
        ({ probe }) => probe.type === 'http' && probe.url,
      )
      assert.deepEqual(urls, ['http://[2001:db8:53::53]:8080/health'])
    }
  })

  it('put an IPv4 address into a URL without brackets', () => {
    const check = checkOf({ probe: http, perAddress: true })
    const [instance] = checkInstances(vipOf('web', ['203.0.113.53'], { checks: [check] }))
    assert.ok(instance?.probe.type === 'http')
    assert.equal(instance.probe.url, 'http://203.0.113.53:8080/health')
  })

  it('leave what is no text as it is', () => {
    const check = checkOf({ probe: http, perAddress: true })
    const [instance] = checkInstances(vipOf('web', ['203.0.113.53'], { checks: [check] }))
    assert.deepEqual(instance?.probe, { ...http, url: 'http://203.0.113.53:8080/health' })
  })
})

describe('asking for the address', () => {
  it('is noticed in any text of the probe', () => {
    assert.ok(asksForAddress(tcp))
    assert.ok(asksForAddress({ ...http, url: 'http://localhost/', body: 'for=${address}' }))
  })

  it('is not seen where there is none', () => {
    assert.ok(!asksForAddress({ ...tcp, host: '127.0.0.1' }))
    assert.ok(!asksForAddress({ ...tcp, host: '$address' }))
  })
})
