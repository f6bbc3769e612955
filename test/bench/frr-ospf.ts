import { followRoutes } from '../../testnet/observe/route-events.js'
import { vip4 } from '../lab/support/two-hosts.js'
import { openFrrWorld, type FrrWorld } from '../support/frr-world.js'
import { BenchDaemon } from './daemon.js'
import { measureBareKill } from './reaction.js'
import { medianRow, type BenchRow } from './row.js'
import { killEachPhase } from './tripwire.js'

const trials = 50

const configuration = `pools: [203.0.113.0/24]
routers: {core: {type: frr, ospf: {area: 0.0.0.0}}}
vips:
  web:
    addresses: [${vip4}]
    holdDown: 50ms
    damping: false
    checks: [{type: tcp, host: 127.0.0.1, port: 8080, interval: 1s, rise: 1}]
log: {level: warn}
`

/**
 * A service killed under a tripwire, through ospfd, and ospfd alone. At both routers `timers throttle spf 0 0 0`, `timers throttle lsa all 0`
 * and `timers lsa min-arrival 0`. The next router is FRR: BIRD looks at its database once a second.
 */
export async function measureFrrOspf(): Promise<BenchRow[]> {
  const world = await openFrrWorld()
  try {
    const killed = await measureKilled(world)
    const bare = medianRow(
      'floor: kill to route gone, bare listener event and bare `no redistribute connected`',
      await bareKills(world),
    )
    return [
      medianRow('FRR OSPF, throttles 0: killed, tripwire: kill to upstream kernel route gone', killed, {
        floor: bare.value,
        limit: bare.value * 1.3,
      }),
      bare,
    ]
  } finally {
    await world.close()
  }
}

async function measureKilled({ own, area }: FrrWorld): Promise<number[]> {
  const routes = await followRoutes(area)
  const daemon = await BenchDaemon.start(own, configuration)
  const times = await killEachPhase(daemon, routes, trials)
  await daemon.stop()
  await routes.stop()
  return times
}

/** The address stays bound as with vipcast: ospfd announces only what the kernel holds. */
async function bareKills({ own, area }: FrrWorld): Promise<number[]> {
  await own.output(['ip', 'address', 'add', `${vip4}/32`, 'dev', 'lo'])
  const times = await measureBareKill(own, area, 'frr-ospf-floor.js')
  await own.output(['ip', 'address', 'delete', `${vip4}/32`, 'dev', 'lo'])
  return times
}
