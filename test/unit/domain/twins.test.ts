import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { kernelProtocol, ourProtocol, type KernelRoute } from '../../../src/domain/kernel-route.js'
import { partsOf, planTwins, routesTo, type Sources } from '../../../src/domain/twins.js'
import { parseKernelRoute, routeWords } from '../../../src/kernel/route-line.js'
import { addr } from '../../support/sample-config.js'

const [v4, v6] = ['203.0.113.10', '2001:db8:53::10']
const both: Sources = new Map(['eth0', 'eth1'].map((name) => [name, { ipv4: v4, ipv6: v6 }]))
const gateway = 'via 192.0.2.1 dev eth0'

/** Lines as `ip -N -o route` shows them. */
function table(...lines: string[]): KernelRoute[] {
  return lines.map((line) => {
    const route = parseKernelRoute(line.includes('2001:db8') ? 'ipv6' : 'ipv4', line)
    assert.ok(route !== undefined, line)
    return route
  })
}

/** What is to be done, as `ip route` would be told; and why others keep their source. */
function plan(
  lines: string[],
  over: { sources?: Sources; neighbors?: string[] } = {},
): { todo: string[]; kept: string[] } {
  const { sources = both, neighbors = [] } = over
  const isOurs = (source: string | null): boolean => source === null || source === v4 || source === v6
  const routes = table(...lines)
  const { changes, kept } = planTwins(routes, sources, routesTo(neighbors.map(addr), routes), isOurs)
  return {
    todo: changes.map((change) =>
      change.kind === 'remove'
        ? `del ${routeWords(change.route, ourProtocol)}`
        : `${change.twin.prepend ? 'prepend' : 'add'} ${routeWords(change.twin, ourProtocol)}`,
    ),
    kept: kept.map(({ why }) => why),
  }
}

describe('a route gets a twin with the source', () => {
  it('before its metric, with everything else as it is', () => {
    const { todo } = plan([
      '198.51.100.0/24 via 192.0.2.1 dev eth0 proto 4 src 192.0.2.2 metric 100 mtu lock 1400 linkdown',
    ])
    assert.deepEqual(todo, [`add 198.51.100.0/24 proto 194 src ${v4} metric 87 ${gateway} mtu lock 1400`])
  })

  it('in front of one without a metric', () => {
    assert.deepEqual(plan([`default ${gateway}`]).todo, [`prepend default proto 194 src ${v4} ${gateway}`])
  })

  it('also where it has several paths, and lives for a while', () => {
    const { todo } = plan([
      '198.51.100.0/24 nhid 26 proto 188 metric 20 \\\tnexthop via 192.0.2.1 dev eth0 weight 1 \\\tnexthop via 192.0.2.17 dev eth1 weight 2 ',
      '2001:db8::/32 via 2001:db8:1::1 dev eth1 proto 9 metric 1024 expires 1799sec pref medium',
    ])
    assert.deepEqual(todo, [
      `add 198.51.100.0/24 proto 194 src ${v4} metric 7 nexthop via 192.0.2.1 dev eth0 weight 1 nexthop via 192.0.2.17 dev eth1 weight 2`,
      `add 2001:db8::/32 proto 194 src ${v6} metric 1011 via 2001:db8:1::1 dev eth1 pref medium`,
    ])
  })

  it('that is known again, however the kernel shows its one path', () => {
    const { todo } = plan([
      `2001:db8::/32 via fe80::1 dev eth1 proto 194 src ${v6} metric 7 pref medium`,
      '2001:db8::/32 nhid 18 proto 188 metric 20 pref medium\\\tnexthop via fe80::1 dev eth1 weight 1 ',
    ])
    assert.deepEqual(todo, [])
  })

  it('at the next free metric where others are near', () => {
    const metrics = (...taken: number[]): (string | undefined)[] => {
      const { todo } = plan(taken.map((metric) => `default ${gateway} metric ${metric}`))
      return todo.map((line) => /metric \d+/.exec(line)?.[0])
    }
    assert.deepEqual(metrics(5), ['metric 1'])
    assert.deepEqual(metrics(20, 7), ['metric 6', 'metric 1'])
    // Nothing is before 1 but 0, which others take.
    assert.deepEqual(metrics(1), ['metric 1'])
  })

  it('that stays in the order of the originals where their metrics follow one another', () => {
    const { todo } = plan([`default ${gateway} metric 100`, 'default via 192.0.2.17 dev eth1 metric 101'])
    assert.deepEqual(todo, [
      `add default proto 194 src ${v4} metric 88 via 192.0.2.17 dev eth1`,
      `add default proto 194 src ${v4} metric 87 ${gateway}`,
    ])
  })

  it('that never comes before an original which keeps its own', () => {
    const sources: Sources = new Map([['eth1', { ipv4: v4, ipv6: v6 }]])
    const four = [`default ${gateway} metric 100`, 'default via 192.0.2.17 dev eth1 metric 101']
    assert.deepEqual(plan(four, { sources }).todo, [
      `prepend default proto 194 src ${v4} metric 101 via 192.0.2.17 dev eth1`,
    ])
    const six = [
      '2001:db8::/32 via 2001:db8:9::1 dev eth0 metric 100',
      '2001:db8::/32 via 2001:db8:9::2 dev eth1 metric 101',
    ]
    assert.deepEqual(plan(six, { sources }), { todo: [], kept: ['no metric before 101 is free'] })
  })
})

describe('a route gets none', () => {
  const cases: Record<string, [line: string, why: string[]]> = {
    'that is connected': [`192.0.2.0/24 dev eth0 proto ${kernelProtocol} scope 253 src 192.0.2.2`, []],
    'that is on the link': ['198.51.100.0/24 dev eth0', ['its destination is on the link']],
    'through an interface without a source': ['default via 192.0.2.33 dev eth2', []],
    'of which one path is through another interface': [
      'default proto 4 \\\tnexthop via 192.0.2.1 dev eth0 weight 1 \\\tnexthop via 192.0.2.33 dev eth2 weight 1 ',
      ['one of its paths leads through eth2, which has another source or none'],
    ],
  }
  for (const [title, [line, why]] of Object.entries(cases)) {
    it(title, () => assert.deepEqual(plan([line]), { todo: [], kept: why }))
  }

  it('by which a routing neighbor is reached, and others do', () => {
    const lines = [`default ${gateway} metric 5`, `198.51.100.0/24 ${gateway} metric 5`]
    const { todo, kept } = plan(lines, { neighbors: ['198.51.100.7', '192.0.2.1'] })
    // 192.0.2.1 is reached by the default route here: nothing else leads to it.
    assert.deepEqual(todo, [])
    assert.deepEqual(kept, [
      'the routing neighbor 192.0.2.1 is reached by it',
      'the routing neighbor 198.51.100.7 is reached by it',
    ])
    assert.equal(plan([...lines, '192.0.2.0/24 dev eth0 proto 2'], { neighbors: ['192.0.2.1'] }).todo.length, 2)
  })

  it('behind another of its destination and metric', () => {
    const { todo } = plan([`default ${gateway} metric 100`, 'default via 192.0.2.17 dev eth1 metric 100'])
    assert.deepEqual(todo, [`add default proto 194 src ${v4} metric 87 ${gateway}`])
  })
})

describe('a twin that stands', () => {
  const twin = `default ${gateway} proto 194 src ${v4} metric 87`

  it('stays', () => assert.deepEqual(plan([twin, `default ${gateway} metric 100`]).todo, []))

  it('goes when its original is gone, or leads elsewhere, or has no source any more', () => {
    const gone = `del default proto 194 src ${v4} metric 87 ${gateway}`
    assert.deepEqual(plan([twin]).todo, [gone])
    assert.deepEqual(plan([twin, `default ${gateway} metric 100`], { sources: new Map() }).todo, [gone])
    assert.deepEqual(plan([twin, 'default via 192.0.2.17 dev eth1 metric 100']).todo, [
      gone,
      `add default proto 194 src ${v4} metric 87 via 192.0.2.17 dev eth1`,
    ])
  })

  it('goes in front again when somebody put his route before it', () => {
    const prepended = `default ${gateway} proto 194 src ${v4}`
    const { todo } = plan([`default ${gateway} proto 4`, prepended, `default ${gateway}`])
    assert.deepEqual(todo, [
      `del default proto 194 src ${v4} ${gateway}`,
      `prepend default proto 194 src ${v4} ${gateway}`,
    ])
  })

  it('goes when its source was taken away, as IPv6 does', () => {
    const line = '2001:db8::/32 via 2001:db8:9::1 dev eth0 proto 194 metric 99'
    assert.deepEqual(plan([line]).todo, ['del 2001:db8::/32 proto 194 metric 99 via 2001:db8:9::1 dev eth0'])
  })

  it('is not touched when its source is not ours', () => {
    assert.deepEqual(plan([`default ${gateway} proto 194 src 198.51.100.1 metric 99`]).todo, [])
  })
})

it('a line that is no unicast route is passed over, whatever it says', () => {
  for (const line of [
    '',
    '7 198.51.100.0/24 metric 5',
    'unreachable default',
    '6 default dev lo',
    `default dev "a' via 1.2.3.4`,
  ])
    assert.equal(parseKernelRoute('ipv4', line), undefined, line)
})

it('routes of one destination are planned in one part, wherever they stand', () => {
  const routes = table(
    `default ${gateway} metric 100`,
    `198.51.100.0/24 ${gateway} metric 20`,
    `203.0.113.0/24 ${gateway}`,
    `default ${gateway} metric 200`,
    `198.51.100.0/24 ${gateway} metric 30`,
  )
  const parts = partsOf(routes, 2).map((part) => part.map(({ destination, metric }) => `${destination} ${metric}`))
  assert.deepEqual(parts, [
    ['default 100', 'default 200'],
    ['198.51.100.0/24 20', '198.51.100.0/24 30'],
    ['203.0.113.0/24 0'],
  ])
})
