import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { PoolSet } from '../../../../src/routers/common/pool-set.js'
import { isOurs, readConfiguration } from '../../../../src/routers/frr/bgp/running-config.js'
import { prefix } from '../../../support/routes.js'

const pools = new PoolSet(['203.0.113.0/24', '2001:db8:53::/48'].map(prefix))

const text = `frr version 8.4.4
frr defaults traditional
!
router bgp 65001
 bgp router-id 192.0.2.1
 neighbor 192.0.2.2 remote-as 65002
 !
 address-family ipv4 unicast
  network 203.0.113.0/24
  network 203.0.113.1/32 route-map vipcast-aaaa
  network 203.0.113.2/32 route-map operator
  network 203.0.113.3/32
  network 192.0.2.77/32 route-map vipcast-bbbb
  redistribute connected route-map vipcast-cccc
  neighbor 192.0.2.2 route-map vipcast-dddd out
 exit-address-family
 !
 address-family ipv6 unicast
  network 2001:db8:53::1/128 route-map vipcast-aaaa
  redistribute static
 exit-address-family
exit
!
router bgp 65001 vrf red
 !
 address-family ipv4 unicast
  network 203.0.113.4/32 route-map vipcast-eeee
 exit-address-family
exit
!
route-map operator permit 10
 set metric 1
exit
!
route-map vipcast-aaaa permit 10
 set metric 5
 set community 65001:100 no-export
exit
!
route-map vipcast-aaaa deny 20
 match ip address prefix-list x
exit
!
route-map vipcast-ffff permit 10
exit
!
`

function read(vrf: string): ReturnType<typeof readConfiguration> {
  return readConfiguration(text, { asn: 65001, vrf }, pools)
}

describe("bgpd's configuration", () => {
  it('tells the host routes of the instance inside the pools, and which of their statements are ours', () => {
    const { statements } = read('default')
    assert.deepEqual(
      [...statements.values()].map((one) => [one.address.text, one.map, isOurs(one)]),
      [
        ['203.0.113.1', 'vipcast-aaaa', true],
        ['203.0.113.2', 'operator', false],
        ['203.0.113.3', null, false],
        ['2001:db8:53::1', 'vipcast-aaaa', true],
      ],
    )
    assert.deepEqual([...read('red').statements.keys()], ['203.0.113.4'])
    assert.equal(read('blue').statements.size, 0)
  })

  it('tells every route-map of our name, entry by entry, and which of them somebody names', () => {
    const { maps, used } = read('default')
    assert.deepEqual(
      [...maps],
      [
        [
          'vipcast-aaaa',
          [
            { action: 'permit', conditions: [], sets: ['metric 5', 'community 65001:100 no-export'] },
            { action: 'deny', conditions: ['match ip address prefix-list x'], sets: [] },
          ],
        ],
        ['vipcast-ffff', [{ action: 'permit', conditions: [], sets: [] }]],
      ],
    )
    assert.deepEqual(
      [...used].sort(),
      ['aaaa', 'bbbb', 'cccc', 'dddd', 'eeee'].map((end) => `vipcast-${end}`),
    )
  })

  it('tells what the instance redistributes, by family', () => {
    assert.deepEqual(read('default').redistributes, {
      ipv4: ['redistribute connected route-map vipcast-cccc'],
      ipv6: ['redistribute static'],
    })
  })
})
