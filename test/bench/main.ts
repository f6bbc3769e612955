import { mkdir, writeFile } from 'node:fs/promises'
import type { Lab } from '../../testnet/lab/lab.js'
import { startRedistribute } from '../lab/support/redistribute.js'
import { project, startTwoHosts } from '../lab/support/two-hosts.js'
import { measureChecks } from './checks.js'
import { measureCrowd } from './crowd.js'
import { measureFrr } from './frr.js'
import { measureFrrOspf } from './frr-ospf.js'
import { measureIdle } from './idle.js'
import { measureKernelRouter } from './kernel-router.js'
import { measureReaction } from './reaction.js'
import { renderRows, type BenchRow } from './row.js'
import { measureScale } from './scale.js'
import { measureTripwire } from './tripwire.js'

/**
 * `make bench`: measures against floors of the same run, prints a table and writes build/bench/bench.json. With names behind
 * it only those: node build/test/bench/main.js reaction idle.
 */
const benches: Readonly<Record<string, (() => Promise<BenchRow[]>) | undefined>> = {
  reaction: () => inLab(measureReaction),
  tripwire: () => inLab(measureTripwire),
  kernel: () => inLab(measureKernelRouter, startRedistribute),
  idle: () => inLab(measureIdle),
  scale: () => inLab(measureScale),
  crowd: () => inLab(measureCrowd),
  frr: measureFrr,
  ospf: measureFrrOspf,
  checks: measureChecks,
}

async function inLab(measure: (lab: Lab) => Promise<BenchRow[]>, start = startTwoHosts): Promise<BenchRow[]> {
  const lab = await start()
  try {
    return await measure(lab)
  } finally {
    await lab.stop()
  }
}

const asked = process.argv.slice(2)
const rows: BenchRow[] = []
for (const name of asked.length > 0 ? asked : Object.keys(benches)) {
  const measure = benches[name]
  if (measure === undefined) throw new Error(`no bench ${name}: ${Object.keys(benches).join(', ')}`)
  process.stderr.write(`measuring ${name} …\n`)
  rows.push(...(await measure()))
}
await mkdir(`${project}build/bench`, { recursive: true })
await writeFile(`${project}build/bench/bench.json`, `${JSON.stringify(rows, null, 2)}\n`)
console.log(renderRows(rows))
