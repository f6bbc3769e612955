import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'

import type { Rule, Violation } from './referee.js'
import { playSeed } from './sim.js'

/** SIM_SEEDS=1000 plays more, SIM_FROM=17 SIM_SEEDS=1 one again. */
const from = Number(process.env['SIM_FROM'] ?? 1)
const seeds = Number(process.env['SIM_SEEDS'] ?? 100)
const steps = 120
/** Lines of what happened before a rule was broken. */
const shown = 150

describe(`in ${seeds} simulated histories of a host, with all that can go wrong in them,`, () => {
  const broken = new Map<Rule, { seed: number; violation: Violation }>()
  const judged = new Map<Rule, number>()

  before(async () => {
    for (let seed = from; seed < from + seeds; seed += 1) {
      const played = await playSeed(seed, steps)
      for (const [rule, times] of played.judged) judged.set(rule, (judged.get(rule) ?? 0) + times)
      for (const violation of played.violations)
        if (!broken.has(violation.rule)) broken.set(violation.rule, { seed, violation })
    }
  })

  /** The claim holds in every history, and was put to the test at least so often for each. */
  function claim(title: string, rule: Rule, leastPerSeed: number): void {
    it(title, () => {
      const found = broken.get(rule)
      if (found !== undefined) assert.fail(describeViolation(found.seed, found.violation))
      const times = judged.get(rule) ?? 0
      assert.ok(times >= leastPerSeed * seeds, `it was judged ${times} times only: the simulation misses it`)
    })
  }

  claim('1. what is not up or degraded is announced only by a policy, or kept after a restart', 1, 100)
  claim('2. bind, then announce; withdraw, settle, unbind; even when a step fails', 2, 50)
  claim('3. nothing outside the pools is ever bound or announced', 3, 50)
  claim('4. nothing that is not ours is ever changed or removed', 4, 50)
  claim('5. one failing VIP, check or router never delays the withdrawal of another', 5, 2)
  claim('6. a router that can not be observed gets no sweep, but withdrawals are tried and retried', 6, 20)
  claim('7. every VIP, address and router has one reason, the same everywhere; a VIP shows the worst', 7, 1_000)
  claim('8. a VIP counts as announced only when the router says so', 8, 100)
  claim('9. a stop, a crash, a restart of the daemon or of a router leaves no stale route', 9, 100)
  claim('11. no sequence of events costs the host an address that it had before us', 11, 100)
  claim('once everything works again, all that is wanted is there, and nothing else', 'converges', 3)
  claim('when all is as wanted, nothing is changed any more', 'is quiet', 3)
  claim('an address that has a lifetime and is wanted never runs out while it can be refreshed', 'refreshes', 1)
  claim('what fails is not tried again in a tight loop', 'backs off', 50)
})

function describeViolation(seed: number, { text, trace }: Violation): string {
  return `seed ${seed} (SIM_FROM=${seed} SIM_SEEDS=1): ${text}\n${trace.slice(-shown).join('\n')}`
}
