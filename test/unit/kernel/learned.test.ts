import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { sourceInWords } from '../../../src/domain/learned.js'
import { parseRouteLine } from '../../../src/kernel/learned.js'

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
