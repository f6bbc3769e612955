import { createInterface } from 'node:readline'
import { parseAddress, parsePrefix } from '../../src/domain/address.js'
import { systemClock } from '../../src/platform/clock.js'
import { GobgpTarget } from '../../src/routers/gobgp/target.js'
import { onListenerGone } from './bare-listener.js'

/**
 * The least a reaction can take: a line of `ss -E` for the listener of port 8080, then one DeletePath. On each line of
 * standard input the route is announced again.   usage: node reaction-floor.js ADDRESS
 */
const address = parseAddress(process.argv[2] ?? '')
const pool = parsePrefix(process.argv[2] ?? '')
if (address === undefined || pool === undefined) throw new Error('usage: reaction-floor.js ADDRESS')
const endpoint = { kind: 'tcp', host: '127.0.0.1', port: 50051, tls: null } as const
const router = new GobgpTarget({ name: 'floor', endpoint, pools: [pool], clock: systemClock, random: Math.random })
const never = new AbortController().signal
const attributes = { bgp: {}, ospf: {} }

onListenerGone(() => void router.apply([{ kind: 'withdraw', address }], never))

for await (const _ of createInterface({ input: process.stdin })) {
  await router.apply([{ kind: 'announce', address, attributes }], never)
  process.stdout.write('announced\n')
}
