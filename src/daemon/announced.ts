import type { VipConfig } from '../domain/config.js'
import { protocolsOf } from '../domain/protocol.js'
import { isIntended } from '../domain/reason.js'
import type { NeighborStatus } from '../domain/snapshot.js'
import type { SourceRoute } from '../domain/source.js'
import type { Session } from '../domain/target.js'
import type { BeliefStore } from './belief-store.js'
import type { ReasonBoard } from './reason-board.js'
import type { RouterUnit } from './router-unit.js'

interface Known {
  readonly believed: BeliefStore
  readonly board: ReasonBoard
  readonly routers: ReadonlyMap<string, RouterUnit>
  readonly kernelRouters: ReadonlySet<string>
  readonly fleet: { readonly subjects: ReadonlyMap<string, { readonly vip: VipConfig }> }
}

/** What each router of its VIP says of an address, for its use as a source. */
export function announcedAt(address: string, known: Known): SourceRoute[] {
  const routers = known.fleet.subjects.get(address)?.vip.routers ?? []
  return routers.map((router) => {
    const { reason, since } = known.board.at(address, router) ?? { reason: 'pending', since: Infinity }
    // Of two protocols one is enough here; but what a neighbor has without a next hop it can't use.
    return { reason, since, announced: reason !== 'no-next-hop' && isSent(address, router, known) }
  })
}

/** Whether it is announced as it is meant to be: the router itself says that it sends it to at least one neighbor. */
export function isAnnounced(address: string, router: string, known: Known): boolean {
  return isIntended(known.board.at(address, router)?.reason ?? 'pending') && isSent(address, router, known)
}

/** Where binding announces, and nothing is known of sessions, it is what is bound, or let through. */
function isSent(address: string, router: string, { believed, routers, kernelRouters }: Known): boolean {
  if (kernelRouters.has(router)) return believed.binding(address).belief.state === 'present'
  const unit = routers.get(router)
  if (unit === undefined || believed.route(router, address).belief.state !== 'present') return false
  return protocolsOf(unit.config).length === 0 || neighborsOf(address, unit).some(({ sent }) => sent)
}

/** Its sessions, and whether the route was sent to each. */
export function neighborsOf(address: string, unit: RouterUnit): NeighborStatus[] {
  return sessionsOf(unit).map(({ neighbor, established, sent }) => ({
    neighbor,
    established,
    sent: established && (sent?.has(address) ?? true),
  }))
}

/** Nobody knows how the sessions of a router are that does not answer. */
export function sessionsOf({ known }: RouterUnit): readonly Session[] {
  const sessions = known.observed?.sessions ?? []
  if (known.error === null) return sessions
  return sessions.map((session) => ({ ...session, state: 'unknown', established: false, sent: new Set<string>() }))
}
