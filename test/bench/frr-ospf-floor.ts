import { createInterface } from 'node:readline'
import { systemClock } from '../../src/platform/clock.js'
import { VtyClient } from '../../src/routers/frr/vty/client.js'
import { onListenerGone } from './bare-listener.js'

/**
 * The least a reaction through the OSPF of FRR can take: a line of `ss -E` for the listener of port 8080, then one bare command. On
 * each line of standard input the route is announced again.   usage: node frr-ospf-floor.js ADDRESS
 */
const address = process.argv[2]
if (address === undefined) throw new Error('usage: frr-ospf-floor.js ADDRESS')
const ospfd = new VtyClient({ router: 'floor', daemon: 'ospfd', path: '/run/frr/ospfd.vty', clock: systemClock })
const never = new AbortController().signal
const say = (...commands: string[]): Promise<unknown> =>
  ospfd.ask(['configure terminal', ...commands, 'end'], 'say it', 5_000, never)

await say(
  `ip prefix-list floor permit ${address}/32`,
  'route-map floor permit 10',
  'match ip address prefix-list floor',
)
onListenerGone(() => void say('router ospf', 'no redistribute connected'))

for await (const _ of createInterface({ input: process.stdin })) {
  await say('router ospf', 'redistribute connected route-map floor')
  process.stdout.write('announced\n')
}
