import { mkdir, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { startLab } from '../lab/lab.js'
import { page } from './page.js'
import { duration, table, type Recording } from './report.js'
import { playStep, type StepResult } from './step.js'
import { story } from './story.js'
import { timeline } from './timeline.js'
import { openWorld, type World } from './world.js'

/**
 * `make demo`: plays the story in a lab of network namespaces and shows it as it goes. Exits 1 when a step did not do what
 * it says. What was measured stays in build/demo: a page, the picture alone, and the numbers.
 */
const topology = fileURLToPath(new URL('../../../testnet/two-hosts.clab.yml', import.meta.url))
const output = fileURLToPath(new URL('../../demo/', import.meta.url))

async function play(world: World): Promise<StepResult[]> {
  const results: StepResult[] = []
  for (const [at, step] of story.entries()) {
    process.stdout.write(`${at + 1}. ${step.title} … `)
    const result = await playStep(step, world)
    results.push(result)
    const followed =
      result.routeAt === null ? '' : `, the router followed after ${duration(result.routeAt - result.at)}`
    console.log(
      `${result.ok ? 'ok' : 'FAILED'}\n   ${result.did}${followed}; lost ${result.lost} of ${result.sent} requests\n   ${result.saw}`,
    )
  }
  return results
}

async function keep(recording: Recording): Promise<void> {
  await mkdir(output, { recursive: true })
  await writeFile(`${output}demo.html`, page(recording))
  await writeFile(`${output}demo.svg`, timeline(recording))
  await writeFile(`${output}demo.json`, `${JSON.stringify(recording)}\n`)
}

async function main(): Promise<number> {
  console.log(
    'A client, a router (BIRD) and two hosts (gobgpd, vipcast, a web service), each in a network namespace of its own.',
  )
  const lab = await startLab(topology)
  try {
    const world = await openWorld(lab)
    await Promise.all([world.host1.startService(), world.host2.startService()])
    const steps = await play(world)
    await world.traffic.stop()
    await keep({ steps, requests: world.traffic.requests, routes: world.routes.all })
    console.log(`\n${table(steps)}\n\nThe timeline: ${output}demo.html`)
    return steps.every((step) => step.ok) ? 0 : 1
  } finally {
    await lab.stop()
  }
}

process.exitCode = await main()
