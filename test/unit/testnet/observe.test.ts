import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseBirdRoutes } from '../../../testnet/observe/bird.js'
import { lineSplitter } from '../../../testnet/observe/lines.js'
import { parseRouteEvent } from '../../../testnet/observe/route-event-line.js'
import { waitFor } from '../../../testnet/observe/wait.js'

describe('a line of ip monitor', () => {
  const at = Date.UTC(2026, 10, 20, 13, 48, 33) + 374.08

  it('tells of a route with several next hops', () => {
    const line =
      '[2026-11-20T13:48:33.374080] 203.0.113.80 proto bird metric 32 \\\tnexthop via 192.0.2.5 dev v0 weight 1 \\\tnexthop via 192.0.2.6 dev v1 weight 1 '
    assert.deepEqual(parseRouteEvent(line), {
      at,
      prefix: '203.0.113.80/32',
      deleted: false,
      nextHops: [
        { via: '192.0.2.5', interface: 'v0' },
        { via: '192.0.2.6', interface: 'v1' },
      ],
    })
  })

  it('tells of a deleted route, a blackhole and a network', () => {
    assert.deepEqual(
      parseRouteEvent(
        '[2026-11-20T13:48:33.374080] Deleted 2001:db8:53::80 via 2001:db8:1::6 dev v0 metric 1024 pref medium',
      ),
      {
        at,
        prefix: '2001:db8:53::80/128',
        deleted: true,
        nextHops: [{ via: '2001:db8:1::6', interface: 'v0' }],
      },
    )
    assert.equal(
      parseRouteEvent('[2026-11-20T13:48:33.374080] Deleted blackhole 203.0.113.0/24 proto bird ')?.prefix,
      '203.0.113.0/24',
    )
  })

  it('of another table, or of no route, is nothing', () => {
    assert.equal(
      parseRouteEvent('[2026-11-20T13:48:33.374080] local 192.0.2.1 dev v0 table local proto kernel'),
      undefined,
    )
    assert.equal(parseRouteEvent('"eth1" is up'), undefined)
  })
})

it('routes of BIRD are read with network, protocol, next hops and attributes', () => {
  const text = [
    'Table master4:',
    '203.0.113.80/32      unicast [host1_v4 13:50:36.099] * (100) [AS65001i]',
    '\tvia 192.0.2.1 on eth2',
    '\tType: BGP univ',
    '\tBGP.community: (65001,1)',
    '                     unicast [host2_v4 13:50:36.431] (100) [AS65002i]',
    '\tvia 192.0.2.3 on eth3',
    '\tType: BGP univ',
    '',
  ].join('\n')
  assert.deepEqual(parseBirdRoutes(text), [
    {
      prefix: '203.0.113.80/32',
      protocol: 'host1_v4',
      best: true,
      nextHops: ['192.0.2.1'],
      attributes: { Type: 'BGP univ', 'BGP.community': '(65001,1)' },
    },
    {
      prefix: '203.0.113.80/32',
      protocol: 'host2_v4',
      best: false,
      nextHops: ['192.0.2.3'],
      attributes: { Type: 'BGP univ' },
    },
  ])
})

it('lines are the same however their bytes are cut', () => {
  const bytes = Buffer.from('one\nzwölf\nlast')
  for (let cut = 0; cut <= bytes.length; cut += 1) {
    const lines: string[] = []
    const add = lineSplitter((more) => lines.push(...more))
    add(bytes.subarray(0, cut))
    add(bytes.subarray(cut))
    assert.deepEqual(lines, ['one', 'zwölf'])
  }
})

describe('waitFor', () => {
  it('returns the first thing that is something', async () => {
    const looks = [undefined, null, false, 0]
    assert.equal(await waitFor(() => looks.shift(), { what: 'zero', intervalMs: 0 }), 0)
  })

  it('names what it waited for, the last failure and what is there instead', async () => {
    const condition = (): never => {
      throw new Error('no socket')
    }
    await assert.rejects(waitFor(condition, { what: 'an answer', timeoutMs: 0, explain: () => 'bird has ended' }), {
      message: 'an answer: not within 0 ms; the last look failed: no socket\nbird has ended',
    })
  })

  it('ends with its signal', async () => {
    const signal = AbortSignal.abort(new Error('enough'))
    await assert.rejects(
      waitFor(() => undefined, { what: 'nothing', signal }),
      /enough/,
    )
  })
})
