import { setTimeout as sleep } from 'node:timers/promises'
import type { Lab } from '../../testnet/lab/lab.js'
import { followRoutes } from '../../testnet/observe/route-events.js'
import { hostRoute } from '../../testnet/observe/routes.js'
import { vip4 } from '../lab/support/two-hosts.js'
import { BenchDaemon } from './daemon.js'
import { Listener } from './reaction.js'
import { medianRow, type BenchRow } from './row.js'
import { announced, gone } from './tripwire.js'

const trials = 50

const configuration = `pools: [203.0.113.0/24]
routers: {any: {type: kernel}}
vips:
  web:
    addresses: [${vip4}]
    holdDown: 50ms
    damping: false
    checks: [{type: tcp, host: 127.0.0.1, port: 8080, interval: 1s, rise: 1}]
log: {level: warn}
`

/** A killed service under a tripwire; its address goes, and BIRD, which has it from `direct`, says so by BGP. */
export async function measureKernelRouter(lab: Lab): Promise<BenchRow[]> {
  const node = lab.node('host1')
  const routes = await followRoutes(lab.node('bgp'))
  const daemon = await BenchDaemon.start(node, configuration)
  const killed: number[] = []
  for (let trial = 0; trial < trials; trial += 1) {
    const service = await Listener.start(node)
    await announced(routes, daemon)
    await sleep((trial / trials) * 1_000)
    killed.push(await gone(routes, () => service.process.kill('SIGKILL')))
  }
  await daemon.stop()
  await routes.stop()
  const floor = medianRow('floor: kill to route gone, bare listener event and bare `ip address del`', await bare(lab))
  const name = 'killed, tripwire, kernel router, BIRD direct and BGP: kill to upstream kernel route gone'
  return [medianRow(name, killed, { floor: floor.value }), floor]
}

/** The same kill, seen by `ss -E`, and one run of `ip`: no check, no verdict, no plan. */
async function bare(lab: Lab): Promise<number[]> {
  const node = lab.node('host1')
  const address = [hostRoute(vip4), 'dev', 'lo']
  const events = `stdbuf -oL ss -E -H -n -O -t '( sport = :8080 and dport = :0 )'`
  const script = `${events} | while read -r _; do ip address del ${address.join(' ')}; done`
  const watcher = await node.spawn(['bash', '-c', script])
  const routes = await followRoutes(lab.node('bgp'))
  const times: number[] = []
  for (let trial = 0; trial < trials; trial += 1) {
    const service = await Listener.start(node)
    await node.output(['ip', 'address', 'add', ...address, 'scope', 'host'])
    await announced(routes)
    times.push(await gone(routes, () => service.process.kill('SIGKILL')))
  }
  watcher.kill('SIGKILL')
  await routes.stop()
  return times
}
