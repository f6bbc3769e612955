import { once } from 'node:events'
import { parseAddress, parsePrefix } from '../../src/domain/address.js'
import { systemClock } from '../../src/platform/clock.js'
import { GobgpTarget } from '../../src/routers/gobgp/target.js'
import { bulkAddress, many } from './bulk.js'

/** Announces all addresses in one go, and withdraws them when standard input ends. */
const pool = parsePrefix('198.18.0.0/15')
if (pool === undefined) throw new Error('198.18.0.0/15 is a prefix')
const endpoint = { kind: 'tcp', host: '127.0.0.1', port: 50051, tls: null } as const
const router = new GobgpTarget({ name: 'floor', endpoint, pools: [pool], clock: systemClock, random: Math.random })
const never = new AbortController().signal
const addresses = Array.from({ length: many }, (_, n) => bulkAddress(n)).flatMap((text) => parseAddress(text) ?? [])
await router.apply(
  addresses.map((address) => ({ kind: 'announce', address, attributes: { bgp: {}, ospf: {} } })),
  never,
)
process.stdin.resume()
await once(process.stdin, 'end')
await router.apply(
  addresses.map((address) => ({ kind: 'withdraw', address })),
  never,
)
