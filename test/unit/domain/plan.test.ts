import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { FittedAttributes } from '../../../src/domain/attributes.js'
import type { Wanted, WantedRoute } from '../../../src/domain/desired.js'
import {
  planBinding,
  planRoute,
  type Believed,
  type BindingBelief,
  type BindingPlan,
  type RouteBelief,
} from '../../../src/domain/plan.js'
import { TargetError } from '../../../src/domain/target.js'
import { addr } from '../../support/sample-config.js'

const address = addr('203.0.113.80')
const refusal = new TargetError('rejected', 'no')
const attributes: FittedAttributes = { bgp: { med: 100 }, ospf: {} }
const otherAttributes: FittedAttributes = { bgp: { med: 500 }, ospf: {} }

describe('the change that a router needs', () => {
  const wanted = {
    announce: { kind: 'announce', attributes },
    keep: { kind: 'keep' },
    withdraw: { kind: 'withdraw' },
  } satisfies Record<string, WantedRoute>
  const kernel = {
    'the kernel holds it': { belief: { state: 'present', interface: 'lo', owner: 'ours' }, error: null },
    'the kernel holds it and did so before us': {
      belief: { state: 'present', interface: 'lo', owner: 'found' },
      error: null,
    },
    'the kernel does not hold it yet': { belief: { state: 'absent' }, error: null },
    'nobody knows whether the kernel holds it': { belief: { state: 'unsure', interface: 'lo' }, error: null },
    'the kernel refused it': { belief: { state: 'absent' }, error: refusal },
  } satisfies Record<string, Believed<BindingBelief>>
  const route = {
    same: { state: 'present', attributes, since: 1 },
    other: { state: 'present', attributes: otherAttributes, since: 1 },
    unsure: { state: 'unsure' },
    absent: { state: 'absent', since: 1 },
  } satisfies Record<string, RouteBelief>

  type Cells = readonly [same: string, other: string, unsure: string, absent: string]
  const table: [keyof typeof wanted, keyof typeof kernel, Cells][] = [
    ['announce', 'the kernel holds it', ['-', 'announce', 'announce', 'announce']],
    ['announce', 'the kernel holds it and did so before us', ['-', 'announce', 'announce', 'announce']],
    ['announce', 'the kernel does not hold it yet', ['-', '-', '-', '-']],
    ['announce', 'nobody knows whether the kernel holds it', ['-', '-', '-', '-']],
    ['announce', 'the kernel refused it', ['withdraw', 'withdraw', 'withdraw', '-']],
    ['keep', 'the kernel holds it', ['-', '-', '-', '-']],
    ['keep', 'the kernel does not hold it yet', ['-', '-', '-', '-']],
    ['keep', 'the kernel refused it', ['-', '-', '-', '-']],
    ['withdraw', 'the kernel holds it', ['withdraw', 'withdraw', 'withdraw', '-']],
    ['withdraw', 'the kernel does not hold it yet', ['withdraw', 'withdraw', 'withdraw', '-']],
    ['withdraw', 'the kernel refused it', ['withdraw', 'withdraw', 'withdraw', '-']],
  ]
  const columns = ['same', 'other', 'unsure', 'absent'] as const
  for (const [want, holds, cells] of table) {
    columns.forEach((column, at) => {
      it(`wanted: ${want}, ${holds}, route: ${column} -> ${cells[at]}`, () => {
        const change = planRoute(address, wanted[want], kernel[holds], route[column])
        assert.equal(change?.kind ?? '-', cells[at])
        if (change?.kind === 'announce') assert.deepEqual(change.attributes, attributes)
        if (change !== null) assert.equal(change.address, address)
      })
    })
  }
})

describe('what the kernel needs', () => {
  const settle = 1_000
  const now = 10_000
  const ours = (on: string): BindingBelief => ({ state: 'present', interface: on, owner: 'ours' })
  const found = (on: string): BindingBelief => ({ state: 'present', interface: on, owner: 'found' })
  const unsure = (on: string): BindingBelief => ({ state: 'unsure', interface: on })
  const absent: BindingBelief = { state: 'absent' }
  const present: RouteBelief = { state: 'present', attributes, since: 1 }
  const perhaps: RouteBelief = { state: 'unsure' }
  const goneSince = (since: number): RouteBelief => ({ state: 'absent', since })
  const never = goneSince(-Infinity)

  const plain: Omit<Wanted, 'holdOn'> = {
    address,
    lifetime: null,
    settle,
    unbindWithdraws: false,
    silent: false,
    routes: new Map(),
  }

  function plan(holdOn: string | null, binding: BindingBelief, ours: string[], routes: readonly RouteBelief[]): string {
    const believed = routes.map((belief) => ({ belief, error: null }))
    return inWords(planBinding({ ...plain, holdOn }, binding, ours, believed, now))
  }

  function inWords(plan: BindingPlan): string {
    if (plan.kind === 'nothing') return '-'
    return plan.kind === 'wait' ? `wait until ${plan.until}` : `${plan.change.kind} ${plan.change.interface}`
  }

  const rows: [string, string | null, BindingBelief, string[], RouteBelief[], string][] = [
    ['wanted on lo and absent: bind', 'lo', absent, [], [], 'bind lo'],
    ['wanted on lo and absent while its route is there: bind', 'lo', absent, [], [present], 'bind lo'],
    ['wanted on lo and unsure: bind', 'lo', unsure('lo'), ['lo'], [], 'bind lo'],
    ['wanted on lo and ours there: nothing', 'lo', ours('lo'), ['lo'], [present], '-'],
    ['wanted on lo and found there: nothing', 'lo', found('lo'), [], [], '-'],
    ['wanted on lo and found on eth0: used there', 'lo', found('eth0'), [], [], '-'],
    [
      'wanted on eth0 and ours on lo: bind on eth0, and no more yet',
      'eth0',
      ours('lo'),
      ['lo'],
      [present],
      'bind eth0',
    ],
    [
      'wanted on eth0, ours there and on lo: unbind from lo',
      'eth0',
      ours('eth0'),
      ['lo', 'eth0'],
      [present],
      'unbind lo',
    ],
    ['wanted on lo, found there and ours on eth0: unbind from eth0', 'lo', found('lo'), ['eth0'], [], 'unbind eth0'],
    ['wanted nowhere and absent: nothing', null, absent, [], [never], '-'],
    ['wanted nowhere and found: never unbound', null, found('lo'), [], [never], '-'],
    ['wanted nowhere, ours, a route is there: nothing yet', null, ours('lo'), ['lo'], [never, present], '-'],
    ['wanted nowhere, ours, a route may be there: nothing yet', null, ours('lo'), ['lo'], [perhaps, never], '-'],
    ['wanted nowhere, unsure, a route may be there: nothing yet', null, unsure('lo'), ['lo'], [perhaps], '-'],
    ['wanted nowhere, ours, settling: wait', null, ours('lo'), ['lo'], [goneSince(9_500)], 'wait until 10500'],
    [
      'wanted nowhere, ours, two routers: wait for the later',
      null,
      ours('lo'),
      ['lo'],
      [goneSince(9_900), goneSince(9_500)],
      'wait until 10900',
    ],
    [
      'wanted nowhere, ours, settled to the millisecond: unbind',
      null,
      ours('lo'),
      ['lo'],
      [goneSince(9_000)],
      'unbind lo',
    ],
    ['wanted nowhere, ours, never announced: unbind at once', null, ours('lo'), ['lo'], [never], 'unbind lo'],
    ['wanted nowhere, ours, no router ever had it: unbind at once', null, ours('lo'), ['lo'], [], 'unbind lo'],
    ['wanted nowhere, unsure, settled: unbind', null, unsure('eth0'), ['eth0'], [goneSince(1)], 'unbind eth0'],
    ['wanted nowhere, ours on two: one after the other', null, ours('lo'), ['lo', 'eth0'], [], 'unbind lo'],
    ['wanted nowhere, found on lo and ours on eth0: only ours', null, found('lo'), ['eth0'], [], 'unbind eth0'],
  ]
  for (const [claim, holdOn, binding, listed, routes, expected] of rows) {
    it(claim, () => assert.equal(plan(holdOn, binding, listed, routes), expected))
  }

  it('wanted on lo and absent: bound with the lifetime that it is to have', () => {
    const planned = planBinding({ ...plain, holdOn: 'lo', lifetime: 14_000 }, absent, [], [], now)
    assert.deepEqual(planned, { kind: 'change', change: { kind: 'bind', address, interface: 'lo', lifetime: 14_000 } })
  })

  const failing: [string, boolean, RouteBelief, TargetError | null, string][] = [
    ['a withdrawal that failed holds it', false, present, refusal, '-'],
    ['where unbinding withdraws, a withdrawal in flight holds it', true, present, null, '-'],
    ['where unbinding withdraws, a withdrawal that failed does not', true, present, refusal, 'unbind lo'],
    ['where unbinding withdraws, nor one that nobody answered', true, perhaps, refusal, 'unbind lo'],
    ['where unbinding withdraws, one that is settling does', true, goneSince(9_500), null, 'wait until 10500'],
  ]
  for (const [claim, unbindWithdraws, belief, error, expected] of failing) {
    it(`wanted nowhere and ours: ${claim}`, () => {
      const wanted = { ...plain, holdOn: null, unbindWithdraws }
      assert.equal(inWords(planBinding(wanted, ours('lo'), ['lo'], [{ belief, error }], now)), expected)
    })
  }
})
