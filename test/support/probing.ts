import type { LookupFunction } from 'node:net'

import { Attempt } from '../../src/checks/attempt.js'
import { createProber, probeKinds } from '../../src/checks/kinds.js'
import { createLookup } from '../../src/checks/lookup.js'
import type { ProbeTiming, Prober, ProbeTools } from '../../src/checks/probe.js'
import type { Probe } from '../../src/domain/config.js'
import { systemClock } from '../../src/platform/clock.js'
import { createProcessRunner } from '../../src/platform/process.js'

const clock = systemClock
const runner = createProcessRunner(clock)

/** Enough for every answer that does come. */
const ample = 20_000

/** Sends one probe and answers `pass: detail`, as a person would read it. `timeout` in milliseconds. */
export async function probing(probe: Probe, timeout = ample, over: Partial<ProbeTools> = {}): Promise<string> {
  const prober = proberOf(probe, probeTools(over), { timeout })
  try {
    return await probeBy(prober, timeout)
  } finally {
    prober.close()
  }
}

/** The same by a prober that goes on. */
export async function probeBy(prober: Prober, timeout = ample): Promise<string> {
  let result = ''
  await new Attempt(prober, timeout, clock, ({ outcome, detail }) => (result = `${outcome}: ${detail}`)).run()
  return result
}

/** A resolver that knows these names. */
export function lookupOf(names: Readonly<Record<string, string>>): LookupFunction {
  return createLookup(clock, (name) => {
    const address = names[name]
    if (address !== undefined) return Promise.resolve([{ address, family: address.includes(':') ? 6 : 4 }])
    return Promise.reject(Object.assign(new Error(`no ${name}`), { code: 'ENOTFOUND' }))
  })
}

/** What probers share, all of it real but for what is given. */
export function probeTools(over: Partial<ProbeTools> = {}): ProbeTools {
  return { clock, runner, lookup: createLookup(clock), sessions: () => ({ kind: 'unobserved' }), ...over }
}

/** A prober to be asked more than once, in the default rhythm but for what is given. */
export function proberOf(probe: Probe, tools: ProbeTools = probeTools(), over: Partial<ProbeTiming> = {}): Prober {
  return createProber(probeKinds, probe, tools, { interval: 1000, fastInterval: 250, timeout: 500, ...over })
}
