import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { noSourceChanges, sourceGroups, sourceUse, type SourceRoute } from '../../../src/domain/source.js'
import { vipOf } from '../../support/sample-config.js'

const announced: SourceRoute = { reason: 'announced', announced: true, since: 1_000 }
const pending: SourceRoute = { reason: 'pending', announced: false, since: 1_000 }
const silent: SourceRoute = { reason: 'no-session', announced: false, since: 1_000 }

describe('an address is a source', () => {
  const up = { kind: 'announce', reason: 'announced' } as const
  type Args = [Parameters<typeof sourceUse>[0], boolean, SourceRoute[]]
  const cases: [title: string, args: Args, kind: string][] = [
    ['while one router announces it', [up, true, [silent, announced]], 'use'],
    ['while it is kept as the life before left it', [{ kind: 'keep', reason: 'kept' }, true, [announced]], 'use'],
    ['as before while a change is on its way', [up, true, [pending, silent]], 'stay'],
    ['not while no session carries it', [up, true, [silent]], 'leave'],
    ['not while the kernel does not hold it', [up, false, [announced]], 'leave'],
    ['not while it drains', [{ kind: 'announce', reason: 'draining' }, true, [announced]], 'leave'],
    ['not when it is to be withdrawn', [{ kind: 'withdraw', reason: 'disabled' }, true, [announced]], 'leave'],
    ['not when no VIP has it', [undefined, true, []], 'leave'],
  ]
  for (const [title, args, kind] of cases) it(title, () => assert.equal(sourceUse(...args, 500, 1_500).kind, kind))

  it('only when routers further away had the time to learn of it', () => {
    assert.deepEqual(sourceUse(up, true, [announced], 500, 1_499), { kind: 'stay', until: 1_500 })
  })
})

describe('the groups in force', () => {
  const vips = [vipOf('host', ['203.0.113.10'], { unique: true }), vipOf('web', ['203.0.113.80'])]
  const config = { enabled: true, groups: [{ vip: 'host', interfaces: ['eth0', 'eth1'] }] }
  const interfacesOf = (changes: Partial<typeof noSourceChanges>): string[] =>
    sourceGroups(config, vips, { ...noSourceChanges, ...changes }).groups.flatMap(({ interfaces }) =>
      interfaces.map(({ name, enabled }) => (enabled ? name : `${name} off`)),
    )

  it('are those of the file with what operators changed', () => {
    assert.deepEqual(interfacesOf({}), ['eth0', 'eth1'])
    assert.deepEqual(interfacesOf({ moved: new Map([['eth1', null]]) }), ['eth0'])
    assert.deepEqual(interfacesOf({ moved: new Map([['eth2', 'host']]), off: new Set(['eth0']) }), [
      'eth0 off',
      'eth1',
      'eth2',
    ])
  })

  it('have none for a VIP that is gone, or that others may announce', () => {
    assert.deepEqual(
      interfacesOf({
        moved: new Map([
          ['eth2', 'web'],
          ['eth3', 'nobody'],
        ]),
      }),
      ['eth0', 'eth1'],
    )
  })
})
