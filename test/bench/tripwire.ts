import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Lab } from '../../testnet/lab/lab.js'
import type { LabNode } from '../../testnet/lab/node.js'
import type { NodeProcess } from '../../testnet/lab/process.js'
import { wallClock } from '../../testnet/observe/clock.js'
import { followRoutes, type RouteEvents } from '../../testnet/observe/route-events.js'
import { hostRoute } from '../../testnet/observe/routes.js'
import { waitFor } from '../../testnet/observe/wait.js'
import { vip4 } from '../lab/support/two-hosts.js'
import { BenchDaemon } from './daemon.js'
import { Listener, measureFloor } from './reaction.js'
import { medianRow, quantileRow, type BenchRow } from './row.js'

const killTrials = 100
const hangTrials = 50

function configuration(check: string): string {
  return `pools: [203.0.113.0/24]
routers: {edge: {type: gobgp, address: "127.0.0.1:50051"}}
vips:
  web: {addresses: [${vip4}], holdDown: 50ms, damping: false, checks: [{${check}, rise: 1}]}
log: {level: warn}
`
}

/** A killed service under a tripwire, and one that hangs, which no tripwire notices. */
export async function measureTripwire(lab: Lab): Promise<BenchRow[]> {
  const killed = await measureKilled(lab)
  const floor = await measureFloor(lab)
  const hung = await measureHung(lab)
  const bare = medianRow('floor: kill to route gone, bare listener event and bare DeletePath', floor)
  return [
    medianRow('killed, tripwire, interval 1 s, fall 2: kill to upstream kernel route gone', killed, {
      limit: 5,
      floor: bare.value,
    }),
    quantileRow('… its 95th percentile', killed, 0.95, { limit: 12, floor: bare.p95 }),
    bare,
    medianRow('hung, http, interval and timeout 100 ms, fall 2: stop to upstream kernel route gone', hung),
    quantileRow('… its worst case', hung, 1, { limit: 350 }),
  ]
}

async function measureKilled(lab: Lab): Promise<number[]> {
  const node = lab.node('host1')
  const routes = await followRoutes(lab.node('router'))
  const daemon = await BenchDaemon.start(node, configuration('type: tcp, host: 127.0.0.1, port: 8080, interval: 1s'))
  const times = await killEachPhase(daemon, routes, killTrials)
  await daemon.stop()
  await routes.stop()
  return times
}

/** SIGKILL at any time between two probes, a second apart: milliseconds until the route is gone upstream. */
export async function killEachPhase(daemon: BenchDaemon, routes: RouteEvents, trials: number): Promise<number[]> {
  const times: number[] = []
  for (let trial = 0; trial < trials; trial += 1) {
    const service = await Listener.start(daemon.node)
    await announced(routes, daemon)
    await sleep((trial / trials) * 1_000)
    times.push(await gone(routes, () => service.process.kill('SIGKILL')))
  }
  return times
}

/** SIGSTOP at any time between two probes. The kernel goes on accepting connections; nobody answers. */
async function measureHung(lab: Lab): Promise<number[]> {
  const node = lab.node('host1')
  const routes = await followRoutes(lab.node('router'))
  const service = await startService(node)
  const check = 'type: http, url: "http://127.0.0.1:8080/healthz", interval: 100ms, timeout: 100ms, fall: 2'
  const daemon = await BenchDaemon.start(node, configuration(check))
  const times: number[] = []
  for (let trial = 0; trial < hangTrials; trial += 1) {
    await announced(routes, daemon)
    await sleep(200 + (trial / hangTrials) * 100)
    times.push(await gone(routes, () => service.kill('SIGSTOP')))
    service.kill('SIGCONT')
  }
  await daemon.stop()
  service.kill('SIGKILL')
  await routes.stop()
  return times
}

async function startService(node: LabNode): Promise<NodeProcess> {
  const script = fileURLToPath(new URL('../../testnet/service.js', import.meta.url))
  const service = await node.spawn([process.execPath, script, '--port', '8080'])
  await waitFor(() => service.tail().includes('listens'), { what: 'the service listens' })
  return service
}

/** Waits until the upstream kernel has the route. */
export async function announced(routes: RouteEvents, daemon?: BenchDaemon): Promise<void> {
  await waitFor(() => routes.all.findLast(({ prefix }) => prefix === hostRoute(vip4))?.kind === 'set', {
    what: 'the route is there',
    explain: () => daemon?.process.tail() ?? '',
  })
}

/** Milliseconds from what ends the service to the route gone from the upstream kernel. */
export async function gone(routes: RouteEvents, end: () => void): Promise<number> {
  const at = wallClock()
  end()
  const event = await routes.waitFor(
    (event) => event.at > at && event.prefix === hostRoute(vip4) && event.kind === 'gone',
    { what: 'the route is gone' },
  )
  return event.at - at
}
