import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { Attempt } from '../../../src/checks/attempt.js'
import { createPacer } from '../../../src/checks/pacer.js'
import type { Finding, Prober } from '../../../src/checks/probe.js'
import { aborted, failed, passed, untested } from '../../../src/checks/probe.js'
import { createFakeClock } from '../../support/fake-clock.js'

/** Says nothing until it is told to stop. */
function lastWords(finding: Finding): Prober {
  return {
    probe: (signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve(finding))),
    close: () => {},
  }
}

async function attempted(prober: Prober): Promise<string[]> {
  const clock = createFakeClock()
  const results: string[] = []
  const attempt = new Attempt(prober, 500, clock, ({ outcome, detail }) => results.push(`${outcome}: ${detail}`))
  const run = attempt.run()
  await clock.advance(2_000)
  await run
  assert.equal(clock.pending, 0)
  return results
}

describe('attempt', () => {
  it('says what the prober was waiting for when the time was over', async () => {
    assert.deepEqual(await attempted(lastWords(aborted('no connection'))), ['fail: no connection within 500 ms'])
  })

  it('takes a failure that is found in the last moment as it is, but no pass', async () => {
    assert.deepEqual(await attempted(lastWords(failed('connection refused'))), ['fail: connection refused'])
    assert.deepEqual(await attempted(lastWords(untested('no socket'))), ['unknown: no socket'])
    assert.deepEqual(await attempted(lastWords(passed('connected'))), ['fail: no answer within 500 ms'])
  })

  it('tells nothing once it is stopped', async () => {
    const clock = createFakeClock()
    const results: unknown[] = []
    const attempt = new Attempt(lastWords(failed('stopped')), 500, clock, (result) => results.push(result))
    const run = attempt.run()
    attempt.stop()
    await run
    await clock.advance(2_000)
    assert.deepEqual(results, [])
    assert.equal(clock.pending, 0)
  })
})

describe('pacer', () => {
  it('begins a few in a turn of the event loop, all of them in the end, in their order', async () => {
    const clock = createFakeClock()
    const turns: number[] = []
    const begun: number[] = []
    const pace = createPacer(clock)
    for (let n = 0; n < 20; n += 1) {
      pace(() => {
        begun.push(n)
        if (n === 0) countTurns()
      })
    }
    /** Runs in each turn, in front of the pacer. */
    function countTurns(): void {
      clock.afterIo(() => {
        turns.push(begun.length)
        if (begun.length < 20) countTurns()
      })
    }
    await clock.settle()
    assert.deepEqual(
      begun,
      Array.from({ length: 20 }, (_, n) => n),
    )
    assert.ok(
      turns.every((count, n) => count - (turns.at(n - 1) ?? 0) <= 8 || n === 0),
      String(turns),
    )
    assert.ok(turns.length >= 2, String(turns))
  })
})
