import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseAddressLine } from '../../../src/kernel/addresses.js'

describe('a line of ip about an address', () => {
  const cases: [string, string, ReturnType<typeof parseAddressLine>][] = [
    [
      'an address of lo',
      '1: lo    inet 203.0.113.53/32 scope host lo\\       valid_lft forever preferred_lft forever',
      { interface: 'lo', address: '203.0.113.53', length: 32, expires: false, hostScope: true, deleted: false },
    ],
    [
      'an address with a lifetime',
      '1: lo    inet 203.0.113.80/32 scope host dynamic lo\\       valid_lft 14sec preferred_lft 14sec',
      { interface: 'lo', address: '203.0.113.80', length: 32, expires: true, hostScope: true, deleted: false },
    ],
    [
      'an IPv6 address that went away',
      'Deleted 4: eth0.10@eth0    inet6 2001:db8::1/64 scope global deprecated \\       valid_lft forever',
      { interface: 'eth0.10', address: '2001:db8::1', length: 64, expires: false, hostScope: false, deleted: true },
    ],
    [
      'the near end of a point-to-point link',
      '5: ppp0    inet 192.0.2.1 peer 192.0.2.2/32 scope global ppp0\\       valid_lft forever',
      { interface: 'ppp0', address: '192.0.2.1', length: 32, expires: false, hostScope: false, deleted: false },
    ],
    [
      'an address that the C library prints with dots',
      '1: lo    inet6 ::192.0.2.1/128 scope global \\       valid_lft forever',
      { interface: 'lo', address: '::c000:201', length: 128, expires: false, hostScope: false, deleted: false },
    ],
    ['a link', '1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue', undefined],
    ['nothing', '', undefined],
  ]
  for (const [name, line, expected] of cases) {
    it(`is read: ${name}`, () => assert.deepEqual(parseAddressLine(line), expected))
  }
})
