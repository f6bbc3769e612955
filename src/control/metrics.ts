import { hostPrefix } from '../domain/address.js'
import type { CheckStatus, Snapshot, VipStatus } from '../domain/snapshot.js'
import type { Clock } from '../platform/clock.js'
import { familyHead, sample, type Family } from './exposition.js'
import { slices } from './slices.js'
import type { Meters } from './telemetry.js'
import { seconds, vipVerdict } from './vip-view.js'

/** Renders the samples of one family for one VIP. */
interface VipFamily extends Family {
  samples(name: string, vip: VipStatus, meters: Meters): string
}

const vipFamilies: readonly VipFamily[] = [
  {
    name: 'vipcast_vip_state',
    type: 'gauge',
    help: 'The verdict of a VIP, the worst of its addresses: 1 for the current one.',
    samples: (name, vip) => sample(name, { vip: vip.name, state: vipVerdict(vip) }, 1),
  },
  {
    name: 'vipcast_vip_reason',
    type: 'gauge',
    help: 'Why a VIP is announced or not: 1 for the current reason.',
    samples: (name, vip) => sample(name, { vip: vip.name, reason: vip.reason }, 1),
  },
  {
    name: 'vipcast_route_announced',
    type: 'gauge',
    help: 'Whether the router sends the host route to at least one neighbor; of type kernel: whether it is bound.',
    samples: (name, vip) =>
      vip.addresses
        .flatMap(({ address, routes }) =>
          routes.map(({ router, announced }) =>
            sample(name, { vip: vip.name, router, prefix: hostPrefix(address) }, announced ? 1 : 0),
          ),
        )
        .join(''),
  },
  {
    name: 'vipcast_check_up',
    type: 'gauge',
    help: 'Whether a check passes; missing while it has no verdict.',
    samples: (name, vip) =>
      vip.checks
        .filter(({ state }) => state.verdict !== 'unknown')
        .map((check) => sample(name, checkLabels(vip, check), check.state.verdict === 'passing' ? 1 : 0))
        .join(''),
  },
  {
    name: 'vipcast_check_last_duration_seconds',
    type: 'gauge',
    help: 'Duration of the last probe of a check.',
    samples: (name, vip) =>
      vip.checks
        .map((check) =>
          check.state.last === null ? '' : sample(name, checkLabels(vip, check), seconds(check.state.last.duration)),
        )
        .join(''),
  },
  {
    name: 'vipcast_transitions_total',
    type: 'counter',
    help: "Changes of the verdict of a VIP's addresses, by what it became.",
    samples: (name, vip, { transitions }) =>
      Object.entries(transitions.get(vip.name) ?? neverMoved)
        .map(([to, count]) => sample(name, { vip: vip.name, to }, count))
        .join(''),
  },
]

/** Shown from the start: a counter that appears with its first count has no increase to alert upon. */
const neverMoved = { up: 0, degraded: 0, down: 0, unknown: 0 }

function checkLabels(vip: VipStatus, check: CheckStatus): { vip: string; check: string } {
  return { vip: vip.name, check: check.address === null ? check.name : `${check.name}@${check.address.text}` }
}

/**
 * The metrics page, in pieces. The VIPs are gone through once, in slices, and each slice is put into buffers at once:
 * joining a text of some megabytes at the end would hold the loop for longer than all slices together may.
 */
export async function* metricsPage(
  snapshot: Snapshot,
  meters: Meters,
  clock: Pick<Clock, 'now'>,
): AsyncGenerator<Buffer, void, undefined> {
  meters.keepOnly(new Set(snapshot.vipNames))
  yield Buffer.from(daemonSamples(snapshot))
  const pieces = vipFamilies.map((): Buffer[] => [])
  const render = (name: string): readonly string[] => {
    const vip = snapshot.vip(name)
    return vip === null ? [] : vipFamilies.map((family) => family.samples(family.name, vip, meters))
  }
  for await (const slice of slices(snapshot.vipNames, render, clock)) {
    for (const [at, buffers] of pieces.entries()) buffers.push(Buffer.from(slice.map((vip) => vip[at] ?? '').join('')))
  }
  for (const [at, family] of vipFamilies.entries()) {
    yield Buffer.from(familyHead(family))
    yield* pieces[at] ?? []
  }
}

/** Of the daemon as a whole: routers and neighbors are few. */
function daemonSamples(snapshot: Snapshot): string {
  return [
    familyHead({
      name: 'vipcast_config_stale',
      type: 'gauge',
      help: 'Whether the configuration file as it is now is not in force.',
    }),
    sample('vipcast_config_stale', {}, snapshot.config.stale === null ? 0 : 1),
    familyHead({
      name: 'vipcast_router_up',
      type: 'gauge',
      help: 'Whether the routing daemon answers; of type kernel: whether the addresses can be listed.',
    }),
    ...snapshot.routers.map(({ name, reachable }) => sample('vipcast_router_up', { router: name }, reachable ? 1 : 0)),
    familyHead({ name: 'vipcast_session_up', type: 'gauge', help: 'Whether the session is established.' }),
    ...snapshot.routers.flatMap(({ name, sessions }) =>
      sessions.map(({ neighbor, established }) =>
        sample('vipcast_session_up', { router: name, neighbor }, established ? 1 : 0),
      ),
    ),
  ].join('')
}
