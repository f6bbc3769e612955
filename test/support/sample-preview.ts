import type { CheckedOnce, Preview, PreviewedRoute } from '../../src/cli/entries.js'
import type { CheckConfig, Probe } from '../../src/domain/config.js'
import type { RouterObserved, Session } from '../../src/domain/target.js'
import { address, result } from './fake-vips.js'

const tcp: Probe = { type: 'tcp', host: '127.0.0.1', port: 53, send: null, expect: null }

function checkConfig(name: string, impact: CheckConfig['impact'] = 'withdraw'): CheckConfig {
  return {
    name,
    interval: 1000,
    fastInterval: 250,
    timeout: 500,
    rise: 3,
    fall: 2,
    impact,
    tripwire: true,
    perAddress: false,
    probe: tcp,
  }
}

export function checked(
  vip: string,
  name: string,
  outcome: 'pass' | 'fail' | 'unknown',
  detail: string,
  over: { impact?: CheckConfig['impact']; address?: string } = {},
): CheckedOnce {
  return {
    instance: {
      vip,
      check: checkConfig(name, over.impact),
      address: over.address === undefined ? null : address(over.address),
      probe: tcp,
    },
    result: result(outcome, detail, outcome === 'pass' ? 1.4 : 0.31),
  }
}

function session(neighbor: string, over: Partial<Session> = {}): Session {
  return {
    neighbor,
    kind: 'ebgp',
    state: 'established',
    established: true,
    transport: 'ipv4',
    families: ['ipv4', 'ipv6'],
    sent: new Set(),
    ...over,
  }
}

function observed(daemon: string, sessions: readonly Session[]): RouterObserved {
  return { daemon, routes: new Map(), sessions, nextHops: new Map(), foreign: new Map(), learned: null }
}

function announce(router: string, over: Partial<PreviewedRoute> = {}): PreviewedRoute {
  return {
    router,
    action: 'announce',
    reason: 'announced',
    detail: null,
    attributes: { bgp: { med: 100, communities: [0xfde90035, 0xffffff01], localPref: 200 }, ospf: {} },
    ...over,
  }
}

/** A host before its first start: one VIP that would be announced, one that would not, a leftover, a dead router. */
export const samplePreview: Preview = {
  node: 'web-a',
  routers: [
    {
      name: 'edge',
      type: 'gobgp',
      observed: observed('gobgpd 3.10.0', [
        session('192.0.2.0'),
        session('192.0.2.2', { kind: 'ibgp' }),
        session('192.0.2.4', { state: 'active', established: false }),
      ]),
      error: null,
    },
    {
      name: 'own',
      type: 'gobgp',
      observed: null,
      error: 'nothing listens on 127.0.0.1:50052: start gobgpd, or correct routers.own.address',
    },
  ],
  vips: [
    {
      name: 'resolver',
      checks: [
        checked('resolver', 'tcp', 'pass', 'connected', { address: '203.0.113.53' }),
        checked('resolver', 'tcp', 'unknown', 'the address is not bound on this host', { address: '2001:db8:53::53' }),
      ],
      addresses: [
        {
          address: address('203.0.113.53'),
          verdict: 'up',
          binding: 'bind',
          interface: 'lo',
          because: null,
          around: null,
          sourceThrough: ['eth1', 'eth2'],
          routes: [announce('edge'), announce('own', { action: 'unknown' })],
        },
        {
          address: address('2001:db8:53::53'),
          verdict: 'unknown',
          binding: 'bind',
          interface: 'lo',
          because: null,
          around: null,
          sourceThrough: [],
          routes: [announce('edge', { action: 'none', reason: 'unknown', attributes: null })],
        },
      ],
    },
    {
      name: 'web',
      checks: [
        checked('web', 'http', 'fail', 'status 503, expected 200-399'),
        checked('web', 'admin', 'fail', 'connection refused', { impact: 'degrade' }),
      ],
      addresses: [
        {
          address: address('203.0.113.80'),
          verdict: 'down',
          binding: 'found',
          interface: 'lo',
          because: null,
          around: null,
          sourceThrough: [],
          routes: [announce('edge', { action: 'withdraw', reason: 'check-failed', attributes: null })],
        },
      ],
    },
    {
      name: 'farm',
      checks: [],
      addresses: [
        {
          address: address('203.0.113.200'),
          verdict: 'up',
          binding: 'bind',
          interface: 'lo',
          because: { reason: 'local-mode', detail: null },
          around: null,
          sourceThrough: [],
          routes: [],
        },
      ],
    },
  ],
  sweeps: [{ router: 'edge', address: address('203.0.113.77') }],
}
