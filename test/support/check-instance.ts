import { parseAddress } from '../../src/domain/address.js'
import type { CheckInstance } from '../../src/domain/check-instance.js'
import type { CheckConfig, HttpProbe, TcpProbe } from '../../src/domain/config.js'

/** A tcp probe of a port of 127.0.0.1, but for what is given. */
export function tcpProbe(over: Partial<TcpProbe> = {}): TcpProbe {
  return { type: 'tcp', host: '127.0.0.1', port: 80, send: null, expect: null, ...over }
}

/** A GET that expects 200-399, but for what is given. */
export function httpProbe(over: Partial<HttpProbe> & Pick<HttpProbe, 'url'>): HttpProbe {
  return {
    type: 'http',
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
    ...over,
  }
}

/** An instance with the defaults of the configuration, but for what is given. */
export function checkInstance(over: Partial<CheckConfig> & { vip?: string; address?: string } = {}): CheckInstance {
  const { vip = 'web', address, ...check } = over
  const config: CheckConfig = {
    name: 'tcp',
    interval: 1000,
    fastInterval: 250,
    timeout: 500,
    rise: 3,
    fall: 2,
    impact: 'withdraw',
    tripwire: true,
    perAddress: address !== undefined,
    probe: tcpProbe(),
    ...check,
  }
  return { vip, check: config, address: address === undefined ? null : parseAddress(address)!, probe: config.probe }
}
