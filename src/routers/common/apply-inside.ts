import { TargetError, type Outcome, type RouteChange } from '../../domain/target.js'
import type { PoolSet } from './pool-set.js'

/**
 * Lets the changes inside the pools be made, and refuses each other one here: whatever asked for it, it is not ours to make. One
 * outcome per change, in their order.
 */
export async function applyInside(
  router: string,
  pools: PoolSet,
  changes: readonly RouteChange[],
  apply: (ours: readonly RouteChange[]) => Promise<readonly Outcome[]>,
): Promise<readonly Outcome[]> {
  const ours = changes.filter(({ address }) => pools.holds(address))
  const outcomes = await apply(ours)
  if (ours.length === changes.length) return outcomes
  const byChange = new Map(ours.map((change, at) => [change, outcomes[at]]))
  return changes.map((change) => byChange.get(change) ?? outside(router, change))
}

function outside(router: string, { kind, address }: RouteChange): Outcome {
  const message = `router ${router}: will not ${kind} ${address.text}, which is outside the pools; add a pool that holds it`
  return { kind: 'failed', error: new TargetError('rejected', message) }
}
