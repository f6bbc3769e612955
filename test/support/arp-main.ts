import { planPutBack, planSilence, type KeptSetting } from '../../src/domain/arp.js'
import { createArpTarget } from '../../src/kernel/arp-target.js'

/**
 * Silences the network namespace that it runs in, or puts back what is kept, and prints what came of it. /proc/sys shows the
 * namespace of who looks, so that a test can't look into another one.
 *   usage: node arp-main.js silence|put-back|look KEPT
 */
const [task = '', text = '[]'] = process.argv.slice(2)
const kept = new Map(JSON.parse(text) as [string, KeptSetting][])
const never = new AbortController().signal
const target = createArpTarget()
const observed = await target.observe(never)

async function main(): Promise<object> {
  if (task === 'look') return { all: observed.all, places: [...observed.places] }
  if (task === 'put-back') return { outcomes: await target.apply(planPutBack(observed, kept), never) }
  const plan = planSilence(observed, kept)
  if (plan.kind === 'impossible') return plan
  const outcomes = await target.apply(plan.changes, never)
  return { kind: plan.kind, anyScope: plan.anyScope, kept: [...plan.kept], outcomes: outcomes.map(said) }
}

function said(outcome: Awaited<ReturnType<typeof target.apply>>[number]): string {
  return outcome.kind === 'done' ? 'done' : `${outcome.error.code}: ${outcome.error.message}`
}

console.log(JSON.stringify(await main()))
