import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { sourceInWords } from '../../../src/domain/learned.js'
import { listLearned, parseRouteLine } from '../../../src/kernel/learned.js'
import { addr } from '../../support/sample-config.js'
import { scriptedRunner } from '../../support/scripted-runner.js'

describe('a line of ip about a route', () => {
  const rows: readonly (readonly [claim: string, line: string, expected: string | null, family?: 'ipv6'])[] = [
    [
      'that a routing daemon put there',
      '192.0.2.0/24 via 198.51.100.2 dev eth0 proto bird metric 32 ',
      '192.0.2.0/24 in the kernel (bird) via 198.51.100.2 on eth0',
    ],
    [
      'to a subnet of this host',
      '198.51.100.0/24 dev eth0 proto kernel scope link src 198.51.100.1 ',
      '198.51.100.0/24 connected on eth0',
    ],
    ['by default', 'default via 198.51.100.254 dev eth0 ', '0.0.0.0/0 in the kernel (boot) via 198.51.100.254 on eth0'],
    [
      'by default, of IPv6',
      'default via fe80::1 dev eth0 proto ra metric 1024 pref medium',
      '::/0 in the kernel (ra) via fe80::1 on eth0',
      'ipv6',
    ],
    [
      'with several next hops',
      '203.0.113.0/24 proto bgp \\\tnexthop via 198.51.100.2 dev eth0 weight 1 \\\tnexthop via 198.51.100.3 dev eth0 weight 1 ',
      '203.0.113.0/24 in the kernel (bgp) via 198.51.100.2 on eth0',
    ],
    [
      'over a link that is down carries nothing',
      '198.51.100.0/24 dev eth0 proto kernel scope link src 198.51.100.1 linkdown ',
      null,
    ],
    ['that drops carries nothing', 'unreachable 192.0.2.0/24 dev lo metric 1024', null],
    ['to an address of this host is none', '2001:db8:1::9 dev lo proto kernel metric 256 pref medium', null, 'ipv6'],
    ['of ours, with a source, is none', 'default via 192.0.2.1 dev eth0 proto sharp src 203.0.113.10 metric 87', null],
    ['that is empty is none', '', null],
  ]
  for (const [claim, line, expected, family = 'ipv4'] of rows)
    it(claim, () => {
      const route = parseRouteLine(line, family)
      assert.equal(route === undefined ? null : `${route.prefix.text} ${sourceInWords(route.source)}`, expected)
    })
})

describe('the routes around addresses', () => {
  const [one, other] = ['192.0.2.10', '198.51.100.10']
  const byDefault = 'default via 198.51.100.254 dev eth0 '
  const stdout = [
    byDefault,
    '192.0.2.0/24 via 198.51.100.2 dev eth0 proto bird ',
    byDefault,
    '198.51.100.0/24 dev eth0 proto kernel scope link src 198.51.100.1 ',
    '',
  ].join('\n')
  const { signal } = new AbortController()

  it('are listed by one process for all', async () => {
    const runner = scriptedRunner([{ stdout }])
    const found = await listLearned(runner, [one, other].map(addr), 1_000, signal)
    const texts = [...found].map(([text, routes]) => [text, ...routes.map(({ prefix }) => prefix.text)])
    assert.deepEqual(texts, [
      [one, '0.0.0.0/0', '192.0.2.0/24'],
      [other, '0.0.0.0/0', '198.51.100.0/24'],
    ])
    assert.equal(runner.runs.length, 1)
  })

  it('are listed anew when a change disturbed the listing', async () => {
    const disturbed = { stdout: byDefault, stderr: 'Dump was interrupted and may be inconsistent.\n' }
    const found = await listLearned(scriptedRunner([disturbed, { stdout }]), [addr(one)], 1_000, signal)
    assert.deepEqual(
      found.get(one)?.map(({ prefix }) => prefix.text),
      ['0.0.0.0/0', '192.0.2.0/24'],
    )
  })
})
