import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { FittedAttributes, OspfAttributes } from '../../../src/domain/attributes.js'
import { fitAttributes, type RouterFacts } from '../../../src/domain/fit.js'
import type { SessionKind } from '../../../src/domain/target.js'
import { addr, routerOf, sessionOf } from '../../support/sample-config.js'

const v4 = addr('203.0.113.80')
const v6 = addr('2001:db8:53::80')
const asked = { bgp: { med: 100, prepend: 2, localPref: 200, communities: [1] }, ospf: { metric: 20 } }

function facts(kinds: readonly SessionKind[], over: Partial<RouterFacts> = {}): RouterFacts {
  return {
    config: routerOf('r1'),
    attributesPer: 'path',
    sessions: kinds.map((kind, at) => sessionOf({ kind, neighbor: `192.0.2.${at}` })),
    ...over,
  }
}

describe('one set of attributes for all neighbors', () => {
  const rows: [string, SessionKind[], boolean, boolean][] = [
    ['keeps prepending and leaves LOCAL_PREF out where there is no session', [], true, false],
    ['keeps prepending and leaves LOCAL_PREF out where all are eBGP', ['ebgp', 'ebgp'], true, false],
    ['leaves prepending out and keeps LOCAL_PREF where all are iBGP', ['ibgp'], false, true],
    ['leaves prepending out and keeps LOCAL_PREF where there are both', ['ebgp', 'ibgp'], false, true],
  ]
  for (const [claim, kinds, prepend, localPref] of rows) {
    it(claim, () => {
      const { bgp } = fitAttributes(asked, v4, 'lo', facts(kinds))
      assert.equal(bgp.prepend, prepend ? 2 : undefined)
      assert.equal(bgp.localPref, localPref ? 200 : undefined)
      assert.equal('prepend' in bgp, prepend, 'absent, not undefined')
      assert.equal('localPref' in bgp, localPref, 'absent, not undefined')
      assert.deepEqual([bgp.med, bgp.communities], [100, [1]])
    })
  }

  it('counts sessions that are down as well: an attribute must not change because a neighbor went', () => {
    const down = sessionOf({ kind: 'ibgp', established: false, state: 'active' })
    assert.equal(fitAttributes(asked, v4, 'lo', facts([], { sessions: [down] })).bgp.localPref, 200)
  })
})

describe('a router that fits attributes to each session itself', () => {
  it('is given all that was asked for', () => {
    const fitted = fitAttributes(asked, v4, 'lo', facts(['ebgp', 'ibgp'], { attributesPer: 'neighbor' }))
    assert.deepEqual(fitted, { bgp: asked.bgp, ospf: {} })
  })
})

describe('a router that speaks OSPF', () => {
  const frr = (bgp: boolean): RouterFacts['config'] => ({
    type: 'frr',
    name: 'core',
    sockets: '/run/frr',
    bgp: bgp ? { asn: 65001, vrf: 'default' } : null,
    ospf: { area: '0.0.0.0' },
  })
  const fit = (ospf: OspfAttributes, config: RouterFacts['config']): FittedAttributes =>
    fitAttributes({ bgp: { med: 1 }, ospf }, v4, 'lo', facts([], { config }))

  it('is given an external route unless a stub link is asked for', () => {
    assert.deepEqual(fit({ metric: 20, metricType: 1 }, frr(true)), {
      bgp: { med: 1 },
      ospf: { as: 'external', metric: 20, metricType: 1 },
    })
  })

  it('is told the interface of a stub link, which has no type of metric', () => {
    const fitted = fit({ as: 'internal', metric: 20, metricType: 1 }, frr(true))
    assert.deepEqual(fitted, { bgp: { med: 1 }, ospf: { as: 'internal', metric: 20 }, interface: 'lo' })
  })

  it('is given nothing of BGP where it does not speak it', () => {
    assert.deepEqual(fit({}, frr(false)), { bgp: {}, ospf: { as: 'external' } })
  })
})

describe('the next hop', () => {
  const config = routerOf('r1', { ipv6: addr('2001:db8::1') })

  it('is the one configured for the family of the address', () => {
    assert.equal(fitAttributes(asked, v6, 'lo', facts([], { config })).nextHop?.text, '2001:db8::1')
  })

  it('is left out where none is configured for that family', () => {
    assert.ok(!('nextHop' in fitAttributes(asked, v4, 'lo', facts([], { config }))))
  })
})
