import type { Lab } from '../../testnet/lab/lab.js'
import { wallClock } from '../../testnet/observe/clock.js'
import { followRoutes } from '../../testnet/observe/route-events.js'
import { hostRoute } from '../../testnet/observe/routes.js'
import { waitFor } from '../../testnet/observe/wait.js'
import { vip4 } from '../lab/support/two-hosts.js'
import { BenchDaemon } from './daemon.js'
import type { BenchRow } from './row.js'
import { bulkAddress, bulkCounter, many } from './bulk.js'

const bulk = Array.from({ length: many }, (_, n) => `  v${n}: {addresses: [${bulkAddress(n)}]}`).join('\n')

const configuration = `pools: [198.18.0.0/15, 203.0.113.0/24]
routers: {edge: {type: gobgp, address: "127.0.0.1:50051"}}
log: {level: warn}
vips:
  web: {addresses: [${vip4}]}
${bulk}
`

/** A withdrawal in the middle of 10,000 announcements, and what these do to the event loop. */
export async function measureCrowd(lab: Lab): Promise<BenchRow[]> {
  const node = lab.node('host1')
  const router = lab.node('router')
  const routed = await bulkCounter(router)
  const daemon = await BenchDaemon.start(node, configuration)
  await waitFor(async () => (await routed()) >= many, {
    what: 'all are routed',
    intervalMs: 50,
    timeoutMs: 60_000,
  })
  await daemon.command('disable', '--all')
  await daemon.command('enable', 'web')
  await waitFor(async () => (await routed()) <= 1, {
    what: 'all are withdrawn',
    intervalMs: 50,
    timeoutMs: 60_000,
  })
  const routes = await followRoutes(router)
  await daemon.metrics()
  const idle = await loopDelay(daemon, 3_000)
  const enabled = daemon.command('enable', '--all')
  await waitFor(() => routes.all.length > many / 10, { what: 'announcements are on their way', intervalMs: 2 })
  const asked = wallClock()
  const disabled = daemon.command('disable', 'web')
  const fits = (event: { prefix: string; kind: string }): boolean =>
    event.prefix === hostRoute(vip4) && event.kind === 'gone'
  const gone = await routes.waitFor(fits, { what: 'the one route is gone', timeoutMs: 60_000 })
  const pending = many - routes.all.filter((event) => event.at < gone.at).length
  await Promise.all([enabled, disabled])
  const reacted = await eventOf(daemon, asked)
  await waitFor(async () => (await routed()) >= many, {
    what: 'all are back',
    intervalMs: 50,
    timeoutMs: 60_000,
  })
  const busy = await loopDelay(daemon, 0)
  await routes.stop()
  await daemon.stop()
  return [
    row(
      `withdrawal amid announcements (${pending} still to come): request taken to upstream route gone`,
      gone.at - reacted,
      100,
    ),
    { ...row('event-loop delay, 99.9th percentile: while 10,000 are announced', busy, null), floor: idle },
  ]
}

/** When the daemon took the request to disable the VIP, to the millisecond: starting the command line is not its doing. */
async function eventOf(daemon: BenchDaemon, since: number): Promise<number> {
  const { events } = JSON.parse(await daemon.command('events', '--json').then(toDocument)) as {
    events: { at: string; kind: string; vip: string | null }[]
  }
  const request = events.findLast(
    (event) => event.kind === 'request' && event.vip === 'web' && Date.parse(event.at) > since - 1,
  )
  if (request === undefined) throw new Error('the daemon lists no request for web')
  return Date.parse(request.at)
}

/** `events --json` is a stream, one object a line. */
function toDocument(lines: string): string {
  return `{"events":[${lines.trim().split('\n').join(',')}]}`
}

async function loopDelay(daemon: BenchDaemon, ms: number): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, ms))
  const metrics = await daemon.metrics()
  return (metrics.get('vipcast_event_loop_lag_seconds{quantile="0.999"}') ?? Number.NaN) * 1000
}

function row(name: string, value: number, limit: number | null): BenchRow {
  return { name, unit: 'ms', value, p95: null, floor: null, limit }
}
