import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { RequireCovering } from '../../../src/domain/override-config.js'
import {
  changedRoutes,
  isCovered,
  nothingLearned,
  sourceInWords,
  surroundingsOf,
  type Asked,
  type Learned,
  type LearnedRoute,
  type RouteSource,
} from '../../../src/domain/learned.js'
import { fromPeer } from '../../support/fake-surroundings.js'
import { address, prefix } from '../../support/routes.js'

const vip = address('192.0.2.10')
const peer = fromPeer('198.51.100.1', [65000, 65010])
const connected: RouteSource = { kind: 'connected', interface: 'eth0' }

function kernel(protocol: string): RouteSource {
  return { kind: 'kernel', protocol, via: '198.51.100.1 on eth0' }
}

function route(network: string, source: RouteSource = peer): LearnedRoute {
  return { prefix: prefix(network), source }
}

function learned(routes: readonly LearnedRoute[], asn: number | null = null): Learned {
  return { asn, routes: new Map([[vip.text, routes]]) }
}

function router(routes: readonly LearnedRoute[], asn: number | null = null, name = 'edge'): Asked {
  return { name, learned: learned(routes, asn) }
}

function around(routers: readonly Asked[], own: readonly string[] = [], host: readonly LearnedRoute[] = []) {
  const { covering, conflicts, incomplete } = surroundingsOf(vip, routers, learned(host), new Set(own))
  return { covering: covering.map(({ prefix }) => prefix.text), conflicts: conflicts.length, incomplete }
}

describe('the routes around an address', () => {
  it('are its host route by others, and what covers it, most specific first', () => {
    const found = around([
      router([route('0.0.0.0/0'), route('192.0.2.10/32'), route('192.0.2.0/24'), route('192.0.0.0/16')]),
    ])
    assert.deepEqual(found, {
      covering: ['192.0.2.0/24', '192.0.0.0/16', '0.0.0.0/0'],
      conflicts: 1,
      incomplete: false,
    })
  })

  it('are not those of other addresses', () => {
    assert.deepEqual(around([router([route('192.0.2.11/32'), route('198.51.100.0/24')])]).covering, [])
  })

  it('leave out what leads back to this host', () => {
    const here = fromPeer('198.51.100.1', [65000], '198.51.100.2')
    assert.deepEqual(around([router([route('192.0.2.0/24', here)])], ['198.51.100.2']).covering, [])
  })

  it('leave out what this host announced through another of its routers, or two of them would chase each other', () => {
    const back = fromPeer('198.51.100.1', [65000, 65002])
    const two = [router([route('192.0.2.10/32', back)], 65001), router([], 65002, 'core')]
    assert.equal(around(two).conflicts, 0)
    assert.equal(around([router([route('192.0.2.10/32', back)], 65001)]).conflicts, 1)
  })

  it('keep a path with the own AS of the router that took it: its operator allows that', () => {
    const allowed = fromPeer('198.51.100.1', [65000, 65001])
    assert.deepEqual(around([router([route('192.0.2.0/24', allowed)], 65001)]).covering, ['192.0.2.0/24'])
  })

  it('show what the kernel got from a routing daemon once, where a router tells of the network itself', () => {
    const told = surroundingsOf(
      vip,
      [router([route('192.0.2.0/24')])],
      learned([route('192.0.2.0/24', kernel('bgp'))]),
      new Set(),
    )
    assert.deepEqual(
      told.covering.map(({ source }) => source.kind),
      ['bgp'],
    )
  })

  it('take a host route in the kernel for a conflict when a routing daemon put it there, not when a person did', () => {
    assert.equal(around([], [], [route('192.0.2.10/32', kernel('bird'))]).conflicts, 1)
    assert.equal(around([], [], [route('192.0.2.10/32', kernel('static'))]).conflicts, 0)
  })

  it('are incomplete while a router, or the kernel, was not asked about the address', () => {
    assert.equal(around([{ name: 'edge', learned: null }]).incomplete, true)
    assert.equal(around([{ name: 'edge', learned: nothingLearned }]).incomplete, true)
    assert.equal(surroundingsOf(vip, [], null, new Set()).incomplete, true)
  })
})

describe('requireCovering', () => {
  const listed: RequireCovering = { kind: 'listed', prefixes: [prefix('192.0.2.0/24')] }
  const rows: readonly (readonly [claim: string, require: RequireCovering, routes: LearnedRoute[], met: boolean])[] = [
    ['true takes a route of a neighbor', { kind: 'specific' }, [route('192.0.2.0/24')], true],
    ['true takes a connected subnet', { kind: 'specific' }, [route('192.0.2.0/24', connected)], true],
    [
      'true takes what a routing daemon put into the kernel',
      { kind: 'specific' },
      [route('192.0.2.0/24', kernel('bird'))],
      true,
    ],
    ['true takes no static route', { kind: 'specific' }, [route('192.0.2.0/24', kernel('static'))], false],
    ['true takes no default route', { kind: 'specific' }, [route('0.0.0.0/0')], false],
    ['true takes nothing for nothing', { kind: 'specific' }, [], false],
    ['default takes a default route of the host', { kind: 'default' }, [route('0.0.0.0/0', kernel('boot'))], true],
    ['default takes nothing for nothing', { kind: 'default' }, [], false],
    ['a list takes its network', listed, [route('192.0.2.0/24')], true],
    ['a list takes no other network', listed, [route('192.0.0.0/16')], false],
    ['false takes nothing', { kind: 'none' }, [], true],
  ]
  for (const [claim, require, routes, met] of rows) it(claim, () => assert.equal(isCovered(require, routes), met))
})

describe('what was learned', () => {
  it('is news for an address when its routes, or the AS they are judged by, differ', () => {
    const before = learned([route('192.0.2.0/24')], 65001)
    assert.deepEqual(changedRoutes(before, learned([route('192.0.2.0/24')], 65001)), [])
    assert.deepEqual(changedRoutes(before, learned([], 65001)), [vip.text])
    assert.deepEqual(changedRoutes(before, null), [vip.text])
    assert.deepEqual(changedRoutes(null, before), [vip.text])
  })

  it('says in words where it was learned', () => {
    assert.equal(sourceInWords(peer), 'by BGP from 198.51.100.1 (AS 65000 65010)')
    assert.equal(sourceInWords(fromPeer('198.51.100.1', [])), 'by BGP from 198.51.100.1 (iBGP)')
    assert.equal(sourceInWords({ kind: 'ospf', via: '198.51.100.1 on eth0' }), 'by OSPF via 198.51.100.1 on eth0')
    assert.equal(sourceInWords(connected), 'connected on eth0')
    assert.equal(sourceInWords(kernel('bird')), 'in the kernel (bird) via 198.51.100.1 on eth0')
  })
})
