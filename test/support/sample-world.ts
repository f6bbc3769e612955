import { packageVersion } from '../../src/cli/version.js'
import type { RouterStatus } from '../../src/domain/snapshot.js'
import type { Session } from '../../src/domain/target.js'
import { FakeDaemon, now, type FakeWorld } from './fake-daemon.js'
import { address, bound, check, neighbor, result, route, vip } from './fake-vips.js'

function session(neighbor: string, sent: readonly string[], over: Partial<Session> = {}): Session {
  return {
    neighbor,
    kind: 'ebgp',
    state: 'established',
    established: true,
    transport: 'ipv4',
    families: ['ipv4', 'ipv6'],
    sent: new Set(sent),
    ...over,
  }
}

const edge: RouterStatus = {
  name: 'edge',
  type: 'gobgp',
  daemon: 'gobgpd 3.10.0',
  reachable: true,
  error: null,
  since: now - 3_700_000,
  sessions: [
    session('192.0.2.0', ['203.0.113.53'], { families: ['ipv4'] }),
    session('2001:db8::1', ['2001:db8:53::53']),
  ],
}

const core: RouterStatus = {
  name: 'core',
  type: 'gobgp',
  daemon: 'gobgpd 4.8.0',
  reachable: true,
  error: null,
  since: now - 62_000,
  sessions: [
    session('198.51.100.1', ['203.0.113.53'], { kind: 'ibgp' }),
    session('198.51.100.2', [], { kind: 'ibgp', state: 'active', established: false, transport: null }),
  ],
}

const spare: RouterStatus = {
  name: 'spare',
  type: 'gobgp',
  daemon: null,
  reachable: false,
  error: 'nothing listens on 127.0.0.1:50052: start gobgpd, or correct routers.spare.address',
  since: now - 45_000,
  sessions: [],
}

const resolver = vip(
  'resolver',
  [
    bound('203.0.113.53', 'up', [
      route('edge', 'announced', {
        attributes: { bgp: { med: 100, communities: [0xfde90035, 0xffffff01] }, ospf: {} },
        neighbors: [neighbor('192.0.2.0')],
      }),
      route('core', 'announced', { neighbors: [neighbor('198.51.100.1'), neighbor('198.51.100.2', false, false)] }),
    ]),
    bound('2001:db8:53::53', 'up', [
      route('edge', 'announced', { neighbors: [neighbor('192.0.2.0', false), neighbor('2001:db8::1')] }),
      route('core', 'announced', { neighbors: [neighbor('198.51.100.1')] }),
    ]),
  ],
  {
    checks: [
      check('tcp', 'passing', { address: address('203.0.113.53') }),
      check('tcp', 'passing', { address: address('2001:db8:53::53') }),
      check('http', 'passing', { type: 'http', last: result('pass', 'status 200', 4.2), impact: 'degrade' }),
    ],
  },
)

const web = vip(
  'web',
  [bound('203.0.113.80', 'down', [route('edge', 'check-failed', { since: now - 12_000 })], { since: now - 12_000 })],
  {
    since: now - 12_000,
    require: { kind: 'any' },
    checks: [
      check('http', 'failing', {
        type: 'http',
        since: now - 12_000,
        last: result('fail', 'status 503, expected 200-399', 3.1),
        against: { outcome: 'pass', count: 1 },
        nextAt: now + 150,
      }),
      check('tcp', 'failing', {
        since: now - 12_500,
        last: { outcome: 'fail', detail: 'connection refused', duration: 0.2, conclusive: true },
        nextAt: null,
      }),
    ],
  },
)

const mail = vip(
  'mail',
  [
    bound('203.0.113.25', 'up', [route('edge', 'hold-down', { since: now - 1_800 })], {
      heldUntil: now + 3_200,
      since: now - 1_800,
    }),
  ],
  { since: now - 1_800, checks: [check('tcp', 'passing', { since: now - 1_800 })] },
)

const ldap = vip('ldap', [
  bound('203.0.113.38', 'up', [
    route('core', 'no-session', { detail: '198.51.100.2 is active', attributes: { bgp: {}, ospf: {} } }),
  ]),
])

const shop = vip('shop', [bound('203.0.113.10', 'up', [route('edge', 'disabled'), route('core', 'disabled')])], {
  request: { kind: 'disabled' },
  since: now - 7_260_000,
})

const cache = vip(
  'cache',
  [
    bound('203.0.113.11', 'degraded', [
      route('edge', 'degraded', { attributes: { bgp: { med: 500, prepend: 2 }, ospf: {} } }),
    ]),
  ],
  { checks: [check('tcp', 'passing'), check('load', 'failing', { impact: 'degrade' })] },
)

const fresh = vip(
  'fresh',
  [
    bound('203.0.113.12', 'unknown', [route('edge', 'unknown', { since: now - 300 })], {
      since: now - 300,
      binding: 'absent',
      interface: null,
    }),
  ],
  { since: now - 300, checks: [check('tcp', 'unknown', { since: now - 300 })] },
)

const taken = vip('taken', [
  bound('203.0.113.13', 'up', [route('edge', 'bind-failed', { detail: 'not permitted: give vipcast CAP_NET_ADMIN' })], {
    binding: 'absent',
    interface: null,
    bindError: 'not permitted: give vipcast CAP_NET_ADMIN',
  }),
])

const portal = vip(
  'customer-portal-production-frankfurt-a',
  [
    bound('2001:db8:cafe:babe:1234:5678:9abc:def0', 'unknown', [route('edge', 'kept')], {
      keptUntil: now + 21_000,
      binding: 'found',
      interface: 'vip-bridge0',
    }),
    bound('203.0.113.200', 'unknown', [route('edge', 'kept')], { keptUntil: now + 21_000 }),
  ],
  { checks: [check('health-of-the-portal', 'unknown', { type: 'http' })] },
)

const backup = vip('backup', [
  bound('203.0.113.99', 'up', [
    route('spare', 'router-unreachable', { detail: spare.error, since: now - 45_000 }),
    route('edge', 'announced'),
  ]),
])

export function sampleWorld(): FakeWorld {
  return {
    version: packageVersion(),
    phase: 'running',
    stale: null,
    routers: [edge, core, spare],
    vips: [resolver, web, mail, ldap, shop, cache, fresh, taken, portal, backup],
    sources: { enabled: true, groups: [], kept: [], error: null },
    answer: { kind: 'done', text: 'web and mail are disabled' },
    connections: 0,
  }
}

/** All is well: only what is announced, at routers that answer. */
/** With two groups of source addresses, of which one can't be used. */
export function sourceWorld(): FakeWorld {
  const addresses = [
    { address: address('203.0.113.53'), state: 'in-use' as const },
    { address: address('2001:db8:53::53'), state: 'not-announced' as const },
  ]
  const interfaces = [
    { name: 'eth1', enabled: true, routes: 3 },
    { name: 'eth2', enabled: false, routes: 0 },
  ]
  const spared = { family: 'ipv4' as const, tos: '', metric: 0, protocol: 4, source: null, interfaces: ['eth1'] }
  const route = { ...spared, destination: '198.51.100.0/24', gateways: ['192.0.2.0'], path: 'via 192.0.2.0 dev eth1' }
  const source = { state: 'in-use' as const, interfaces: ['eth1'] }
  const [first, ...rest] = resolver.addresses
  return {
    ...sampleWorld(),
    vips: [{ ...resolver, addresses: [...(first === undefined ? [] : [{ ...first, source }]), ...rest] }],
    sources: {
      enabled: true,
      groups: [
        { vip: 'resolver', addresses, interfaces },
        { vip: 'shop', addresses: [{ address: address('203.0.113.90'), state: 'off' }], interfaces: [] },
      ],
      kept: [{ route, why: 'the routing neighbor 198.51.100.1 is reached by it' }],
      error: null,
    },
  }
}

export function calmWorld(): FakeWorld {
  return { ...sampleWorld(), routers: [edge], vips: [cache, shop] }
}

/** All is well, but the watcher of the tripwires costs too much. */
export function suspendedWorld(): FakeWorld {
  const detail = 'watching took 19 % of a core, more than tripwires.maxCpu: polling at fastInterval for 32 s more'
  const checks = cache.checks.map((each) => ({ ...each, tripwire: { state: 'suspended', detail } as const }))
  return { ...calmWorld(), vips: [{ ...cache, checks }] }
}

/** A real server of two farms: silent about one VIP, and found with another that it answers for. */
export function localWorld(): FakeWorld {
  const since = now - 3_700_000
  const told = 'it was on lo before vipcast, with a scope that neighbors get an answer for'
  const held = { since, silent: true, because: { reason: 'local-mode', detail: null, since } } as const
  const loud = {
    since,
    binding: 'found',
    silent: false,
    because: { reason: 'not-silent', detail: told, since },
  } as const
  const farm = vip(
    'farm',
    [bound('198.51.100.200', 'up', [], held), bound('2001:db8:53::200', 'up', [], { ...held, silent: null })],
    {
      mode: 'local',
      reason: 'local-mode',
    },
  )
  const shop = vip('shop', [bound('198.51.100.201', 'up', [], loud), bound('198.51.100.202', 'up', [], held)], {
    mode: 'local',
    reason: 'not-silent',
  })
  return { ...calmWorld(), vips: [farm, shop], routers: [] }
}

/** A daemon that shows the sample world, and has a history. */
export function sampleDaemon(world: FakeWorld = sampleWorld()): FakeDaemon {
  const daemon = new FakeDaemon(world)
  daemon.emit(3_723, { kind: 'daemon', text: 'vipcast 0.1.0 started' })
  daemon.emit(3_722.5, { kind: 'router', router: 'edge', text: 'edge answers: gobgpd 3.10.0' })
  daemon.emit(62, { kind: 'session', router: 'core', text: '198.51.100.2 went from established to active' })
  daemon.emit(12.4, { kind: 'check', vip: 'web', check: 'http', text: 'failing: status 503, expected 200-399' })
  daemon.emit(12.4, { kind: 'verdict', vip: 'web', text: 'down' })
  daemon.emit(12.398, {
    kind: 'route',
    vip: 'web',
    address: '203.0.113.80',
    router: 'edge',
    reason: 'check-failed',
    text: 'withdrawn: its checks say that the service is down, the last of them with status 503',
  })
  daemon.emit(0.3, {
    kind: 'binding',
    vip: 'customer-portal-production-frankfurt-a',
    address: '2001:db8:cafe:babe:1234:5678:9abc:def0',
    text: 'found on vip-bridge0, and used',
  })
  return daemon
}
