import type { Lab } from '../../testnet/lab/lab.js'
import { wallClock } from '../../testnet/observe/clock.js'
import { waitFor } from '../../testnet/observe/wait.js'
import { BenchDaemon } from './daemon.js'
import { bulkAddress, bulkCounter, many } from './bulk.js'
import { measureBareSetUp } from './scale-floor.js'
import type { BenchRow } from './row.js'

const bulk = Array.from({ length: many }, (_, n) => `  v${n}: {addresses: [${bulkAddress(n)}]}`).join('\n')

const configuration = `pools: [198.18.0.0/15, 203.0.113.0/24]
routers: {edge: {type: gobgp, address: "127.0.0.1:50051"}}
log: {level: warn}
vips:
${bulk}
`

/** 10,000 VIPs without checks: up, one scrape, down. */
export async function measureScale(lab: Lab): Promise<BenchRow[]> {
  const node = lab.node('host1')
  const router = lab.node('router')
  const floor = await measureBareSetUp(node, router)
  const bound = await bulkCounter(node)
  const routed = await bulkCounter(router)
  const startedAt = wallClock()
  const daemon = await BenchDaemon.start(node, configuration)
  await Promise.all([
    waitFor(async () => (await bound()) === many, { what: 'all are bound', intervalMs: 50, timeoutMs: 60_000 }),
    waitFor(async () => (await routed()) === many, {
      what: 'all are routed',
      intervalMs: 50,
      timeoutMs: 60_000,
    }),
  ])
  const up = wallClock() - startedAt
  await daemon.metrics()
  const memory = daemon.memory()
  const stoppedAt = wallClock()
  const stopped = daemon.stop()
  await waitFor(async () => (await routed()) === 0, {
    what: 'all are withdrawn',
    intervalMs: 50,
    timeoutMs: 60_000,
  })
  const down = wallClock() - stoppedAt
  await stopped
  return [
    row('10,000 VIPs: start to all bound and in the upstream table', 's', up / 1000, 4, floor / 1000),
    row('10,000 VIPs: stop to all routes withdrawn upstream', 's', down / 1000, 2, null),
    row('10,000 VIPs: memory after one scrape', 'MB', memory, 250, null),
  ]
}

function row(name: string, unit: string, value: number, limit: number, floor: number | null): BenchRow {
  return { name, unit, value, p95: null, floor, limit }
}
