import { parsePrefix } from '../../src/domain/address.js'
import type { LearnedRoute, RouteSource } from '../../src/domain/learned.js'
import type { OverrideStatus } from '../../src/domain/snapshot.js'
import { now, type FakeWorld } from './fake-daemon.js'
import { fromPeer } from './fake-surroundings.js'
import { bound, check, result, route, vip } from './fake-vips.js'
import { calmWorld } from './sample-world.js'

function learned(network: string, source: RouteSource): LearnedRoute {
  const prefix = parsePrefix(network)
  if (prefix === undefined) throw new Error(`${network} is no network`)
  return { prefix, source }
}

const peer = fromPeer('203.0.113.2', [65000, 65010])
const covering = [
  learned('192.0.2.0/24', peer),
  learned('0.0.0.0/0', { kind: 'kernel', protocol: 'boot', via: '203.0.113.2 on eth1' }),
]
const taken: OverrideStatus = {
  takenAt: now - 600_000,
  windowEnd: now + 1_200_000,
  latchedAt: null,
  production: 'production',
}

/** A host with overrides: one in force while production is unwell, one that latched, one that somebody else has. */
export function overrideWorld(): FakeWorld {
  const production = check('production', 'failing', {
    impact: 'none',
    tripwire: null,
    last: result('fail', 'status 503'),
  })
  const shop = vip('shop', [bound('192.0.2.10', 'up', [route('edge', 'announced')], { covering, silent: true })], {
    mode: 'override',
    override: taken,
    checks: [check('http', 'passing', { type: 'http' }), production],
  })
  const absent = { binding: 'absent', interface: null, covering } as const
  const held = { ...absent, heldUntil: now + 2_500 } as const
  const pay = vip('pay', [bound('192.0.2.11', 'up', [route('edge', 'override-latched')], held)], {
    mode: 'override',
    override: { ...taken, latchedAt: now - 60_000, production: null },
  })
  const detail = '192.0.2.12/32 is also announced by BGP from 203.0.113.2 (AS 65000 65002)'
  const conflicts = [learned('192.0.2.12/32', fromPeer('203.0.113.2', [65000, 65002]))]
  const mail = vip(
    'mail',
    [
      bound('192.0.2.12', 'up', [route('edge', 'address-conflict', { detail })], {
        ...absent,
        covering: [],
        conflicts,
      }),
    ],
    { mode: 'override', override: { takenAt: null, windowEnd: null, latchedAt: null, production: null } },
  )
  return { ...calmWorld(), vips: [shop, pay, mail] }
}
