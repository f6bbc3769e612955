import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { batchFailures, batchLine, isInterfaceName } from '../../../src/kernel/batch.js'
import { bind, refresh, unbind } from '../../contract/kernel.contract.js'

describe('a batch of ip', () => {
  it('adds addresses so that they are no source, and removes exactly the host mask', () => {
    assert.deepEqual(
      [bind('192.0.2.1'), bind('2001:db8::1', 'eth0'), unbind('192.0.2.1'), unbind('2001:db8::1', 'eth0')].map(
        batchLine,
      ),
      [
        'address add 192.0.2.1/32 dev lo valid_lft forever scope host preferred_lft forever',
        'address add 2001:db8::1/128 dev eth0 valid_lft forever nodad preferred_lft 0',
        'address del 192.0.2.1/32 dev lo',
        'address del 2001:db8::1/128 dev eth0',
      ],
    )
  })

  it('gives addresses a lifetime when it adds them, and again in place', () => {
    assert.deepEqual(
      [bind('192.0.2.1', 'lo', 14_000), refresh('192.0.2.1', 14_000), refresh('2001:db8::1', null)].map(batchLine),
      [
        'address add 192.0.2.1/32 dev lo valid_lft 14 scope host preferred_lft 14',
        'address change 192.0.2.1/32 dev lo valid_lft 14 scope host preferred_lft 14',
        'address change 2001:db8::1/128 dev lo valid_lft forever nodad preferred_lft 0',
      ],
    )
  })

  it('names each line that failed with what was said about it', () => {
    const stderr = [
      'Error: ipv4: Address already assigned.',
      'Command failed -:2',
      'Cannot find device "nope"',
      'RTNETLINK answers: No such device',
      'Command failed -:13',
      '',
    ].join('\n')
    assert.deepEqual(
      [...batchFailures(stderr)],
      [
        [1, 'Error: ipv4: Address already assigned.'],
        [12, 'Cannot find device "nope"; RTNETLINK answers: No such device'],
      ],
    )
  })

  it('takes no name of an interface that would end it', () => {
    const bad = ['', '.', '..', 'a b', 'a\nb', 'a/b', 'a:b', '#a', '"a', "'a", 'a\\', 'sixteencharacter']
    assert.deepEqual(
      bad.filter((name) => isInterfaceName(name)),
      [],
    )
    assert.deepEqual(
      ['lo', 'eth0.10', 'fifteen-charact', 'br_ä'].filter((name) => !isInterfaceName(name)),
      [],
    )
  })
})
