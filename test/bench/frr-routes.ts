import { parseAddress, parsePrefix, type Address } from '../../src/domain/address.js'
import type { RouteChange } from '../../src/domain/target.js'
import { systemClock } from '../../src/platform/clock.js'
import { FrrTarget } from '../../src/routers/frr/target.js'
import { bulkAddress, many } from './bulk.js'

/** Prints, in milliseconds, what one route and what 10,000 take into bgpd and out again, acknowledged. */
const pool = parsePrefix('198.18.0.0/15')
if (pool === undefined) throw new Error('198.18.0.0/15 is a prefix')
const bgp = { asn: 65001, vrf: 'default' }
const common = { pools: [pool], clock: systemClock, random: Math.random }
const router = new FrrTarget({ name: 'bench', sockets: '/run/frr', bgp, ...common })
const never = new AbortController().signal
const addresses = Array.from({ length: many }, (_, n) => bulkAddress(n)).flatMap((text) => parseAddress(text) ?? [])
const attributes = { bgp: { med: 100 }, ospf: {} }
const announce = (address: Address): RouteChange => ({ kind: 'announce', address, attributes })
const withdraw = (address: Address): RouteChange => ({ kind: 'withdraw', address })

async function timed(changes: readonly RouteChange[]): Promise<number> {
  const began = performance.now()
  const outcomes = await router.apply(changes, never)
  const took = performance.now() - began
  const failed = outcomes.find(({ kind }) => kind !== 'done')
  if (failed !== undefined) throw new Error(`a change failed: ${JSON.stringify(failed)}`)
  return took
}

const one = addresses.slice(0, 1)
const singles: number[] = []
for (let round = 0; round < 100; round += 1) {
  singles.push(await timed(one.map(announce)), await timed(one.map(withdraw)))
}
const added = await timed(addresses.map(announce))
const removed = await timed(addresses.map(withdraw))
process.stdout.write(JSON.stringify({ singles, added, removed }))
process.exit()
