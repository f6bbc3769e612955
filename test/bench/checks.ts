import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

import { spawnServer } from '../support/server-child.js'
import type { CheckLoad, LoadFigures } from './checks-load.js'
import type { BenchRow } from './row.js'

const load = fileURLToPath(new URL('checks-load.js', import.meta.url))
const run = promisify(execFile)

/** Each load in a process of its own, so that none pays for the rubbish of another. */
async function measure(kind: CheckLoad, port: number, checks: number): Promise<LoadFigures> {
  const { stdout } = await run(process.execPath, ['--expose-gc', load, kind, String(port), String(checks)])
  return JSON.parse(stdout) as LoadFigures
}

/** CPU and lateness at 1,000 probes a second, against bare loops, and the memory of a check. About two minutes. */
export async function measureChecks(): Promise<BenchRow[]> {
  const tcp = await spawnServer('stream-server-main.js', 'tcp')
  const http = await spawnServer('stream-server-main.js', 'http')
  try {
    return [
      ...(await compare('tcp', tcp.port, 'tcp check', 20)),
      ...(await compare('http-new', http.port, 'http check, new connection', 40)),
      ...(await compare('http-keep', http.port, 'http check, kept connection', 40)),
    ]
  } finally {
    await Promise.all([tcp.kill(), http.kill()])
  }
}

async function compare(
  kind: 'tcp' | 'http-new' | 'http-keep',
  port: number,
  name: string,
  memoryLimit: number,
): Promise<BenchRow[]> {
  const bare = await measure(`${kind}-bare`, port, few)
  const ours = await measure(kind, port, few)
  const more = await measure(kind, port, many)
  const memory = (more.memory - ours.memory) / (many - few)
  return [
    { name: `${name}: CPU of one`, unit: 'µs', value: ours.cpu, p95: null, floor: bare.cpu, limit: 1.6 * bare.cpu },
    { name: `${name}: late at p99`, unit: 'ms', value: ours.late, p95: null, floor: bare.late, limit: 20 },
    { name: `${name}: memory of one`, unit: 'kB', value: memory, p95: null, floor: null, limit: memoryLimit },
  ]
}

/** Memory is what the others add to the first thousand: the process itself, and 1,000 probes a second, cost the same. */
const few = 1_000
const many = 5_000
