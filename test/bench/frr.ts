import { fileURLToPath } from 'node:url'
import type { LabNode } from '../../testnet/lab/node.js'
import { startFrrHost, type FrrHost } from '../lab/support/frr-host.js'
import { vip4 } from '../lab/support/two-hosts.js'
import { BenchDaemon } from './daemon.js'
import { measureBareKill } from './reaction.js'
import { medianRow, type BenchRow } from './row.js'
import { killEachPhase } from './tripwire.js'

const trials = 50

const configuration = `pools: [203.0.113.0/24]
routers: {core: {type: frr, bgp: {asn: 65001}}}
vips:
  web:
    addresses: [${vip4}]
    holdDown: 50ms
    damping: false
    checks: [{type: tcp, host: 127.0.0.1, port: 8080, interval: 1s, rise: 1}]
log: {level: warn}
`

/** A service killed under a tripwire, through bgpd, which itself holds each change for 50 ms; and bgpd alone. */
export async function measureFrr(): Promise<BenchRow[]> {
  const lab = await startFrrHost()
  try {
    const killed = await measureKilled(lab)
    const bare = medianRow('floor: kill to route gone, bare listener event and bare vty command', await bareKills(lab))
    const { singles, added, removed } = await measureRoutes(lab.host.node)
    return [
      medianRow('FRR BGP: killed, tripwire: kill to upstream kernel route gone', killed, {
        floor: bare.value,
        limit: bare.value * 1.15,
      }),
      bare,
      medianRow('FRR BGP: one route, sent to acknowledged', singles, { limit: 1 }),
      { ...seconds('FRR BGP: 10,000 routes into bgpd', added), limit: 3 },
      seconds('FRR BGP: 10,000 routes out of bgpd', removed),
    ]
  } finally {
    await lab.close()
  }
}

async function measureKilled({ host, routes }: FrrHost): Promise<number[]> {
  const daemon = await BenchDaemon.start(host.node, configuration)
  const times = await killEachPhase(daemon, routes, trials)
  await daemon.stop()
  return times
}

/** The address stays bound as with vipcast: bgpd announces only what the kernel holds. */
async function bareKills({ host, world }: FrrHost): Promise<number[]> {
  await host.node.output(['ip', 'address', 'add', `${vip4}/32`, 'dev', 'lo'])
  const times = await measureBareKill(host.node, world.edge, 'frr-floor.js')
  await host.node.output(['ip', 'address', 'delete', `${vip4}/32`, 'dev', 'lo'])
  return times
}

interface Routes {
  readonly singles: readonly number[]
  readonly added: number
  readonly removed: number
}

async function measureRoutes(node: LabNode): Promise<Routes> {
  const script = fileURLToPath(new URL('frr-routes.js', import.meta.url))
  return JSON.parse(await node.output([process.execPath, script], { timeoutMs: 60_000 })) as Routes
}

function seconds(name: string, milliseconds: number): BenchRow {
  return { name, unit: 's', value: milliseconds / 1000, p95: null, floor: null, limit: null }
}
