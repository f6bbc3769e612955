import { parseAddress, parsePrefix, type Address, type Prefix } from '../../src/domain/address.js'
import type { CheckConfig, Config, GobgpConfig, VipConfig } from '../../src/domain/config.js'
import type { Session } from '../../src/domain/target.js'

/** Builders of configuration parts: the contract's defaults, with short times, and what a test says over them. */

export function addr(text: string): Address {
  const parsed = parseAddress(text)
  if (parsed === undefined) throw new Error(`${text} is no address`)
  return parsed
}

export function pool(text: string): Prefix {
  const parsed = parsePrefix(text)
  if (parsed === undefined) throw new Error(`${text} is no prefix`)
  return parsed
}

export function checkOf(over: Partial<CheckConfig> = {}): CheckConfig {
  return {
    name: 'tcp',
    interval: 1_000,
    fastInterval: 250,
    timeout: 500,
    rise: 3,
    fall: 2,
    impact: 'withdraw',
    tripwire: true,
    perAddress: false,
    probe: { type: 'tcp', host: '127.0.0.1', port: 80, send: null, expect: null },
    ...over,
  }
}

export function vipOf(name: string, addresses: readonly string[], over: Partial<VipConfig> = {}): VipConfig {
  return {
    name,
    addresses: addresses.map(addr),
    mode: 'anycast',
    override: null,
    unique: false,
    routers: ['r1'],
    interface: 'lo',
    bind: 'always',
    require: { kind: 'all' },
    checks: [],
    holdDown: 5_000,
    damping: { window: 600_000, factor: 3, max: 900_000 },
    settle: 1_000,
    announce: { bgp: {}, ospf: {} },
    whenDegraded: { bgp: {}, ospf: {} },
    whenDown: { kind: 'withdraw' },
    drain: { time: 10_000, attributes: { bgp: {}, ospf: {} } },
    ...over,
  }
}

export function routerOf(name: string, nextHop: GobgpConfig['nextHop'] = {}): GobgpConfig {
  return {
    type: 'gobgp',
    name,
    connection: { kind: 'tcp', host: '127.0.0.1', port: 50051, tls: null },
    nextHop,
  }
}

export function configOf(vips: readonly VipConfig[], over: Partial<Config> = {}): Config {
  return {
    file: 'test.yaml',
    node: 'test',
    pools: [pool('203.0.113.0/24'), pool('2001:db8:53::/48')],
    routers: [routerOf('r1')],
    vips,
    lifecycle: {
      onStop: 'withdraw',
      onCrash: 'withdraw',
      deadMan: 15_000,
      stopTimeout: 15_000,
      resync: 30_000,
      adoptFor: 30_000,
    },
    control: { socket: '/nonexistent/control.sock', group: null, readSocket: null },
    http: { kind: 'off' },
    log: { level: 'info', format: 'json' },
    source: { enabled: true, groups: [] },
    tripwires: { enabled: true, maxCpu: 0.1 },
    runDir: '/nonexistent/run',
    stateDir: '/nonexistent/state',
    ...over,
  }
}

/** An established session that carries both families and was sent `sent`. */
export function sessionOf(over: Partial<Omit<Session, 'sent'>> & { sent?: readonly string[] } = {}): Session {
  return {
    neighbor: '192.0.2.1',
    kind: 'ebgp',
    state: 'established',
    established: true,
    transport: null,
    families: ['ipv4', 'ipv6'],
    ...over,
    sent: new Set(over.sent),
  }
}
