import { availableParallelism } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Lab } from '../../testnet/lab/lab.js'
import { wallClock } from '../../testnet/observe/clock.js'
import { lineSplitter } from '../../testnet/observe/lines.js'
import { followRoutes } from '../../testnet/observe/route-events.js'
import { waitFor } from '../../testnet/observe/wait.js'
import { bulkAddress, bulkCounter } from '../bench/bulk.js'
import { project, startTwoHosts } from '../lab/support/two-hosts.js'

/**
 * `make soak`: a thousand VIPs with a check each of a service that is well, while every core is busy. No check may fail, and no
 * route be withdrawn. SOAK_SECONDS says for how long; exits with 1 when one was.
 */
const seconds = Number(process.env['SOAK_SECONDS'] ?? 600)
const vips = 1_000
const port = 8080

/** Half of them tcp, half http; each at a loopback address of its own, so that no two share their probes. */
function checkOf(n: number): string {
  const host = `127.1.${n >> 8}.${n & 255}`
  return n % 2 === 0
    ? `{type: tcp, host: ${host}, port: ${port}}`
    : `{type: http, url: "http://${host}:${port}/healthz"}`
}

function configuration(): string {
  const lines = Array.from(
    { length: vips },
    (_, n) => `  v${n}: {addresses: [${bulkAddress(n)}], checks: [${checkOf(n)}]}`,
  )
  return `pools: [198.18.0.0/15]
routers: {edge: {type: gobgp, address: "127.0.0.1:50051"}}
log: {level: info, format: json}
vips:
${lines.join('\n')}
`
}

interface LogLine {
  readonly kind?: string
  readonly msg: string
}

/** Sentences of the daemon's log that must not be there: checks and VIPs that went from well to unwell. */
async function soak(lab: Lab): Promise<string[]> {
  const node = lab.node('host1')
  const router = lab.node('router')
  const service = fileURLToPath(new URL('../../testnet/service.js', import.meta.url))
  await node.spawn([process.execPath, service, '--port', String(port)], { onStdout: () => {} })
  const faults: string[] = []
  const onStdout = lineSplitter((lines) => {
    for (const line of lines) {
      const { kind, msg } = JSON.parse(line) as LogLine
      if (kind === 'daemon') console.log(msg)
      if ((kind === 'check' || kind === 'verdict') && !/^(unknown|failing|down) to (passing|up)/.test(msg))
        faults.push(msg)
    }
  })
  await node.writeFile('/etc/vipcast/vipcast.yaml', configuration())
  const routed = await bulkCounter(router)
  const daemon = await node.spawn([process.execPath, `${project}dist/main.js`, 'run'], { onStdout })
  await waitFor(async () => (await routed()) === vips, {
    what: `${vips} routes are there`,
    intervalMs: 100,
    timeoutMs: 60_000,
    explain: () => daemon.tail(),
  })
  const routes = await followRoutes(router)
  const spinners = Array.from({ length: availableParallelism() }, () => node.spawn(['sh', '-c', 'while :; do :; done']))
  console.log(`${vips} routes are there; ${spinners.length} cores are busy for ${seconds} s`)
  const end = wallClock() + seconds * 1_000
  while (wallClock() < end && daemon.running) await sleep(1_000)
  if (!daemon.running) faults.push(`the daemon ended: ${daemon.tail()}`)
  for (const { prefix } of routes.all.filter(({ kind }) => kind === 'gone')) faults.push(`${prefix} was withdrawn`)
  const metrics = await node.output(['curl', '-sf', 'http://127.0.0.1:9179/metrics'])
  const shown = /^vipcast_check_duration_seconds_count|^vipcast_event_loop_lag_seconds\{|^process_cpu_seconds_total/
  console.log(
    metrics
      .split('\n')
      .filter((line) => shown.test(line))
      .join('\n'),
  )
  return faults
}

const lab = await startTwoHosts()
try {
  const faults = await soak(lab)
  for (const fault of faults.slice(0, 20)) console.log(fault)
  console.log(faults.length === 0 ? 'no false alarm' : `${faults.length} false alarms`)
  process.exitCode = faults.length === 0 ? 0 : 1
} finally {
  await lab.stop()
}
