import { createInterface } from 'node:readline'
import { systemClock } from '../../src/platform/clock.js'
import { VtyClient } from '../../src/routers/frr/vty/client.js'
import { onListenerGone } from './bare-listener.js'

/**
 * The least a reaction through FRR can take: a line of `ss -E` for the listener of port 8080, then one bare command. On each
 * line of standard input the route is announced again.   usage: node frr-floor.js ADDRESS
 */
const address = process.argv[2]
if (address === undefined) throw new Error('usage: frr-floor.js ADDRESS')
const bgpd = new VtyClient({ router: 'floor', daemon: 'bgpd', path: '/run/frr/bgpd.vty', clock: systemClock })
const never = new AbortController().signal
const enter = ['configure terminal', 'router bgp 65001', 'address-family ipv4 unicast']
const say = (command: string): Promise<unknown> => bgpd.ask([...enter, command, 'end'], 'say it', 5_000, never)

onListenerGone(() => void say(`no network ${address}/32`))

for await (const _ of createInterface({ input: process.stdin })) {
  await say(`network ${address}/32`)
  process.stdout.write('announced\n')
}
