import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { firstCheckState, probeInterval, stepCheck } from '../../../src/domain/check-verdict.js'
import type { CheckConfig, Probe, VipConfig } from '../../../src/domain/config.js'
import { detectionTimes as timesOf, type DetectionTimes, type Watching } from '../../../src/domain/detection.js'
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
    override: null,
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
    drain: { time: 0, attributes },
  }
}

/** Without tripwires. */
const polling: Watching = { tripwires: false, isOwn: () => true }

function detectionTimes(config: VipConfig, watching = polling): DetectionTimes {
  return timesOf(config, watching)
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
    const { refused, hung } = detectionTimes(vip([check({ fall: 1 })]))
    assert.deepEqual(refused, { kind: 'detected', mean: 500, worst: 1000 })
    assert.deepEqual(hung, { kind: 'detected', mean: 1000, worst: 1500 })
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

describe('detection times with tripwires', () => {
  const armed: Watching = { tripwires: true, isOwn: (address) => address === '192.0.2.7' }
  const at = (host: string): Probe => ({ ...tcp, host })
  const worst = ({ refused, unarmed, suspended }: DetectionTimes): (number | null)[] =>
    [refused, unarmed, suspended].map((time) => (time.kind === 'never' ? null : time.worst))

  it('are nothing for a refused connection, by polling where none is armed, and by the fast interval where suspended', () => {
    const times = detectionTimes(vip([check()]), armed)
    assert.deepEqual(times.refused, { kind: 'detected', mean: 0, worst: 0 })
    assert.deepEqual(times.unarmed, { kind: 'detected', mean: 750, worst: 1250 })
    assert.deepEqual(times.suspended, { kind: 'detected', mean: 375, worst: 500 })
  })

  it('leave a hung service to the checks', () => {
    const config = vip([check()])
    assert.deepEqual(detectionTimes(config, armed).hung, detectionTimes(config).hung)
  })

  it('need a tripwire that is wanted, and a target on this host', () => {
    const polled = [1250, 1250, 1250]
    assert.deepEqual(worst(detectionTimes(vip([check()]))), polled)
    assert.deepEqual(worst(detectionTimes(vip([check({ tripwire: false })]), armed)), polled)
    assert.deepEqual(worst(detectionTimes(vip([check({ probe: at('www.example') })]), armed)), polled)
    assert.deepEqual(worst(detectionTimes(vip([check({ probe: at('192.0.2.8') })]), armed)), polled)
    for (const host of ['192.0.2.7', 'localhost', '::1']) {
      assert.deepEqual(worst(detectionTimes(vip([check({ probe: at(host) })]), armed)), [0, 1250, 500])
    }
  })

  it('take every address of the VIP itself, which is what ${address} stands for, for one of this host', () => {
    const probe = { ...at('${address}') }
    const config = { ...vip([check({ probe, perAddress: true })]), addresses: [{ family: 'ipv4', text: '192.0.2.7' }] }
    assert.deepEqual(worst(detectionTimes(config as VipConfig, armed)), [0, 1250, 500])
  })

  it('are those of the check that decides: one without a tripwire for `any`, the wired one for `all`', () => {
    const checks = [check(), check({ probe: at('www.example'), fall: 1 })]
    assert.deepEqual(worst(detectionTimes(vip(checks), armed)), [0, 1000, 500])
    assert.deepEqual(worst(detectionTimes(vip(checks, { kind: 'any' }), armed)), [1000, 1250, 1000])
    const { refused } = detectionTimes(vip(checks, { kind: 'any' }), armed)
    assert.ok(refused.kind === 'detected' && Math.abs(refused.mean - 500) < 1e-6)
  })

  it('of a unit of systemd begin with its word, tripwires or not', () => {
    const unit = check({ probe: { type: 'systemd', unit: 'web.service' }, fall: 3 })
    const { refused, unarmed, hung } = detectionTimes(vip([unit]))
    assert.deepEqual(refused, { kind: 'detected', mean: 500, worst: 500 })
    assert.deepEqual([unarmed, hung.kind], [refused, 'never'])
  })
})
