import type { Lab } from '../../testnet/lab/lab.js'
import { vip4 } from '../lab/support/two-hosts.js'
import { BenchDaemon } from './daemon.js'
import type { BenchRow } from './row.js'

const seconds = 30

const configuration = `pools: [203.0.113.0/24]
routers: {edge: {type: gobgp, address: "127.0.0.1:50051"}}
vips:
  web:
    addresses: [${vip4}]
    checks: [{type: tcp, host: 127.0.0.1, port: 50051, interval: 1s}]
`

/** One VIP, checked each second: what the daemon costs while nothing happens. */
export async function measureIdle(lab: Lab): Promise<BenchRow[]> {
  const daemon = await BenchDaemon.start(lab.node('host1'), configuration)
  await daemon.metrics()
  // The start's own work, and what V8 compiles after it, is not what is asked for.
  await rest(5)
  const before = daemon.cpu()
  await rest(seconds)
  const cpu = ((daemon.cpu() - before) / seconds) * 100
  await daemon.metrics()
  const memory = daemon.memory()
  await daemon.stop()
  return [
    { name: 'one VIP checked each second: CPU of one core', unit: '%', value: cpu, p95: null, floor: null, limit: 1 },
    { name: 'one VIP: memory after one scrape', unit: 'MB', value: memory, p95: null, floor: null, limit: 110 },
  ]
}

function rest(s: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, s * 1000))
}
