import { parsePrefix, type Prefix } from '../domain/address.js'
import { bondOf } from '../domain/bond.js'
import { isManaged, type Config, type VipConfig } from '../domain/config.js'
import type { Inherited } from '../domain/health.js'
import type { BeliefStore } from './belief-store.js'
import type { Journal } from './journal.js'

/**
 * What the life before left may still be there: unsure, until it was looked at. Returns the host prefixes of its routes: it
 * may have had other pools, and what it left is ours all the same.
 */
export function believeJournal(journal: Journal, believed: BeliefStore, now: number): Prefix[] {
  for (const router of Array.from(journal.state.routers.values())) {
    if (isManaged(router)) journal.write({ op: 'forget', router: router.name })
  }
  for (const [text, interfaces] of journal.state.bindings) {
    for (const device of interfaces) believed.setBinding(text, { state: 'unsure', interface: device }, null, now)
    // The life before may have withdrawn its route in its last moment, where it had a routing daemon to tell.
    if (journal.state.routers.size > 0) believed.routeGone(text, now)
  }
  for (const [router, addresses] of journal.state.routes) {
    for (const text of addresses) believed.setRoute(router, text, { state: 'unsure' }, null, now)
  }
  return [...journal.state.routes.values()]
    .flatMap((addresses) => [...addresses])
    .flatMap((text) => parsePrefix(text) ?? [])
}

/** What the life before knew of an address. Where binding is announcing, what it left bound it left announced. */
export function inheritedBy(
  text: string,
  vip: VipConfig,
  { journal, believed }: { readonly journal: Journal; readonly believed: BeliefStore },
  config: Config,
): Inherited {
  const hold = journal.state.holds.get(text)
  const bound = bondOf(vip, config).announces && journal.state.bindings.has(text)
  const announced = bound || [...believed.routesOf(text)].some(({ belief }) => belief.state !== 'absent')
  return { announced, heldUntil: hold?.until ?? null, withdrawals: hold?.withdrawals ?? [] }
}
