import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { firstCheckState, probeInterval, stepCheck } from '../../../src/domain/check-verdict.js'
import type { CheckConfig, Probe, VipConfig } from '../../../src/domain/config.js'
import { detectionTimes } from '../../../src/domain/detection.js'
import { vote } from '../../../src/domain/vote.js'

const tcp: Probe = { type: 'tcp', host: '127.0.0.1', port: 80, send: null, expect: null }
const talking: Probe = { ...tcp, expect: 'ready' }

function check(over: Partial<CheckConfig> = {}): CheckConfig {
  return {
    name: 'tcp',
    interval: 1000,
    fastInterval: 250,
    timeout: 500,
    rise: 3,
    fall: 2,
    impact: 'withdraw',
    tripwire: true,
    perAddress: false,
    probe: talking,
    ...over,
  }
}

function vip(checks: readonly CheckConfig[], require: VipConfig['require'] = { kind: 'all' }): VipConfig {
  const attributes = { bgp: {}, ospf: {} }
  return {
    name: 'web',
    addresses: [],
    mode: 'anycast',
    unique: false,
    routers: [],
    interface: 'lo',
    bind: 'always',
    require,
    checks,
    holdDown: 0,
    damping: null,
    settle: 0,
    announce: attributes,
    whenDegraded: attributes,
    whenDown: { kind: 'withdraw' },
  }
}

/** Runs the real machine: the time from the outage to `failing`, when the next probe is due after `wait`. */
function timeToFail(one: CheckConfig, outage: 'refused' | 'hung', wait: number): number {
  const duration = outage === 'hung' ? one.timeout : 0
  let state = { ...firstCheckState(0), verdict: 'passing' as 'passing' | 'failing' | 'unknown' }
  let start = wait
  for (;;) {
    const end = start + duration
    state = stepCheck(state, { outcome: 'fail', detail: '', duration, conclusive: false }, one, end)
    if (state.verdict === 'failing') return end
    start = Math.max(start + probeInterval(state, one), end)
  }
}

/** The time of the verdict `down` over a grid of waits, one for each check. */
function downTimes(vip: VipConfig, outage: 'refused' | 'hung', steps: number): number[] {
  const grids = vip.checks.map((one) => Array.from({ length: steps }, (_, n) => ((n + 0.5) / steps) * one.interval))
  const waits = grids.reduce<number[][]>((all, grid) => all.flatMap((row) => grid.map((w) => [...row, w])), [[]])
  return waits.map((row) => {
    const ends = vip.checks.map((one, at) => timeToFail(one, outage, row[at] ?? 0))
    const down = (at: number): boolean =>
      vote(
        vip.require,
        vip.checks.map(({ impact }, n) => ({ impact, verdict: (ends[n] ?? 0) <= at ? 'failing' : 'passing' })),
      ) === 'down'
    return Math.min(...ends.filter(down))
  })
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

describe('detection times', () => {
  it('of one check with fall 1 are a wait for the next probe, and the timeout when hung', () => {
    assert.deepEqual(detectionTimes(vip([check({ fall: 1 })])), {
      refused: { kind: 'detected', mean: 500, worst: 1000 },
      hung: { kind: 'detected', mean: 1000, worst: 1500 },
    })
  })

  const cases: readonly [string, VipConfig][] = [
    ['one check', vip([check()])],
    ['a timeout longer than the fast interval', vip([check({ fastInterval: 50, timeout: 400, fall: 4 })])],
    ['all of three checks', vip([check(), check({ interval: 300, fall: 3 }), check({ interval: 2000, fall: 1 })])],
    ['any of three checks', vip([check(), check({ fall: 3 }), check({ interval: 2000, fall: 1 })], { kind: 'any' })],
    ['two of three checks', vip([check(), check({ fall: 3 }), check({ fall: 1 })], { kind: 'count', count: 2 })],
  ]
  for (const [title, config] of cases) {
    for (const outage of ['refused', 'hung'] as const) {
      it(`of ${title}, ${outage}, are what the verdict machine takes`, () => {
        const steps = config.checks.length === 1 ? 2000 : 24
        const times = downTimes(config, outage, steps)
        const stated = detectionTimes(config)[outage]
        assert.ok(stated.kind === 'detected')
        // The grid stays half a step inside of the interval at both ends.
        const step = 2000 / steps
        assert.ok(Math.abs(mean(times) - stated.mean) < step / 8, `mean ${mean(times)}, stated ${stated.mean}`)
        assert.ok(Math.max(...times) <= stated.worst, `worst ${Math.max(...times)}, stated ${stated.worst}`)
        assert.ok(stated.worst - Math.max(...times) <= step, `worst ${Math.max(...times)}, stated ${stated.worst}`)
      })
    }
  }

  it('are never for a hung service behind a tcp check that expects no answer, which is named', () => {
    const { hung, refused } = detectionTimes(vip([check({ name: 'port', probe: tcp })]))
    assert.deepEqual(hung, { kind: 'never', blind: ['port'] })
    assert.equal(refused.kind, 'detected')
  })

  it('need only as many checks that notice as decide the vote', () => {
    const checks = [check({ name: 'port', probe: tcp }), check({ name: 'answer' })]
    assert.equal(detectionTimes(vip(checks)).hung.kind, 'detected')
    assert.deepEqual(detectionTimes(vip(checks, { kind: 'any' })).hung, { kind: 'never', blind: ['port'] })
  })

  it('are never without a check that counts', () => {
    assert.deepEqual(detectionTimes(vip([])).refused, { kind: 'never', blind: [] })
    assert.deepEqual(detectionTimes(vip([check({ impact: 'degrade' })])).refused, { kind: 'never', blind: [] })
  })
})
