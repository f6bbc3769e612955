import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  planPutBack,
  planSilence,
  type ArpObserved,
  type ArpValues,
  type KeptSetting,
} from '../../../src/domain/arp.js'

const values = (ignore: number, announce: number): ArpValues => ({ arp_ignore: ignore, arp_announce: announce })
const quiet = values(0, 0)

function seen(places: Record<string, ArpValues>, all = quiet, routesLocalnet = false): ArpObserved {
  return { all, places: new Map(Object.entries(places)), routesLocalnet }
}

const kept = (entries: Record<string, KeptSetting>): ReadonlyMap<string, KeptSetting> =>
  new Map(Object.entries(entries))
const nothing = kept({})

function changes(observed: ArpObserved, before = nothing): string[] {
  const plan = planSilence(observed, before)
  assert.ok(plan.kind === 'possible', plan.kind === 'impossible' ? plan.why : '')
  return plan.changes.map(({ place, setting, value }) => `${place} ${setting} ${value}`)
}

const inWords = (observed: ArpObserved, before: ReadonlyMap<string, KeptSetting>): string[] =>
  planPutBack(observed, before).map(({ place, setting, value }) => `${place} ${setting} ${value}`)

describe('what silences VIPs on lo', () => {
  const found: [string, ArpValues, ArpValues, string[]][] = [
    ['nothing is set', quiet, quiet, ['eth0 arp_ignore 3', 'eth0 arp_announce 2']],
    ['the interface answers for its own addresses alone', values(1, 2), quiet, []],
    ['and only for its own subnet', values(2, 2), quiet, []],
    ['the interface answers for none', values(8, 2), quiet, []],
    ['values are set that the kernel takes for 0', values(5, 9), quiet, ['eth0 arp_ignore 3', 'eth0 arp_announce 2']],
    ['all is strict', quiet, values(1, 2), []],
    ['all is half strict', quiet, values(0, 1), ['eth0 arp_ignore 3', 'eth0 arp_announce 2']],
    ['the VIP is kept out of requests to other subnets only', values(3, 1), quiet, ['eth0 arp_announce 2']],
  ]
  for (const [when, eth0, all, expected] of found) {
    it(`is changed where it is needed alone: ${when}`, () => assert.deepEqual(changes(seen({ eth0 }, all)), expected))
  }

  it('can not be where `all` hides the interfaces, and says what to set', () => {
    for (const all of [values(5, 0), values(9, 0), values(0, 3)]) {
      const plan = planSilence(seen({ eth0: quiet }, all), nothing)
      assert.ok(plan.kind === 'impossible')
      assert.match(plan.why, /^net\.ipv4\.conf\.all\.arp_(ignore|announce) is \d, .*; set it to 0$/)
    }
  })

  it('can not be where packets to 127.0.0.0/8 are routed, but for the answers of the interface alone', () => {
    assert.equal(planSilence(seen({ eth0: quiet }, quiet, true), nothing).kind, 'impossible')
    assert.equal(planSilence(seen({ eth0: values(1, 2) }, quiet, true), nothing).kind, 'possible')
  })

  it('holds for any scope where no interface answers for the addresses of others', () => {
    const scopes = [values(1, 2), values(3, 2)].map((eth0) => planSilence(seen({ eth0 }), nothing))
    assert.deepEqual(
      scopes.map((plan) => plan.kind === 'possible' && plan.anyScope),
      [true, false],
    )
  })

  it('is found done the second time', () => {
    const first = planSilence(seen({ eth0: quiet, default: quiet }), nothing)
    assert.ok(first.kind === 'possible')
    const second = planSilence(seen({ eth0: values(3, 2), default: values(3, 2) }), first.kept)
    assert.ok(second.kind === 'possible')
    assert.deepEqual([second.changes, second.kept], [[], first.kept])
  })
})

describe('what puts the settings back', () => {
  const ours = { former: 0, ours: 3 }

  it('is what they were', () => {
    assert.deepEqual(inWords(seen({ eth0: values(3, 2) }), kept({ 'eth0/arp_ignore': ours })), ['eth0 arp_ignore 0'])
  })

  it('leaves what somebody changed meanwhile, and what was right', () => {
    assert.deepEqual(inWords(seen({ eth0: values(1, 0) }), kept({ 'eth0/arp_ignore': ours })), [])
    assert.deepEqual(
      inWords(
        seen({ eth0: values(3, 0) }),
        kept({ 'eth0/arp_ignore': { former: 3, ours: 3 }, 'default/arp_ignore': ours }),
      ),
      [],
    )
  })

  it('gives an interface that came meanwhile what it would have been born with', () => {
    const before = kept({ 'default/arp_ignore': { former: 4, ours: 3 } })
    assert.deepEqual(inWords(seen({ default: values(3, 0), veth7: values(3, 0) }), before), [
      'default arp_ignore 4',
      'veth7 arp_ignore 4',
    ])
    const plan = planSilence(seen({ default: values(3, 2), veth7: values(3, 2) }), before)
    assert.ok(plan.kind === 'possible')
    assert.deepEqual(plan.kept.get('veth7/arp_ignore'), { former: 4, ours: 3 })
  })

  it('is what somebody set who made the host answer', () => {
    const plan = planSilence(seen({ eth0: values(4, 2) }), kept({ 'eth0/arp_ignore': ours }))
    assert.ok(plan.kind === 'possible')
    assert.deepEqual(plan.kept.get('eth0/arp_ignore'), { former: 4, ours: 3 })
  })
})
