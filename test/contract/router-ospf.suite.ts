import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, describe, it } from 'node:test'
import type { Outcome, RouteChange } from '../../src/domain/target.js'
import { ospf6d, ospfd, type Dialect } from '../../src/routers/frr/ospf/dialect.js'
import { Frr } from '../../testnet/lab/frr.js'
import { nextHopsOf } from '../../testnet/observe/routes.js'
import { openFrrWorld, type FrrWorld } from '../support/frr-world.js'
import { HintReader } from '../support/hint-reader.js'
import { announceOspf, host, OspfWorld, type Seen } from '../support/ospf-world.js'
import { errorOf, whatOf, withdraw } from '../support/routes.js'
import { waitFor } from '../support/wait.js'
import { ospfLearnedSuite } from './router-ospf-learned.suite.js'

const addresses = {
  ipv4: ['203.0.113.53', '203.0.113.80', '203.0.113.81'],
  ipv6: ['2001:db8:53::53', '2001:db8:53::80', '2001:db8:53::81'],
} as const

/** What holds for ospfd and ospf6d: what neighbors see, what is the operator's, and what comes back. */
export function ospfSuite(open: () => Promise<FrrWorld> = openFrrWorld): void {
  describe('the OSPF of FRR', () => {
    let shared: FrrWorld
    before(async () => void (shared = await open()))
    after(async () => await shared?.close())
    for (const suite of [daemonSuite, ospfLearnedSuite])
      for (const dialect of [ospfd, ospf6d]) suite(dialect, () => shared)
  })
}

function daemonSuite(dialect: Dialect, opened: () => FrrWorld): void {
  const { daemon, family, instance, list, map } = dialect
  const [vip, other, third] = addresses[family]

  describe(daemon, () => {
    let world: OspfWorld
    let untouched: string
    before(() => void (world = new OspfWorld(opened(), dialect)))
    beforeEach(async () => {
      untouched = await world.configuration()
      for (const text of [vip, other]) await world.bind(text)
    })
    afterEach(async () => {
      await world.apply(...[...(await world.look()).routes.keys()].map(withdraw))
      for (const text of [vip, other]) await world.unbind(text)
      assert.equal(await world.configuration(), untouched, 'what is not ours is as before')
    })
    const done = async (...changes: RouteChange[]): Promise<void> =>
      assert.deepEqual(
        (await world.apply(...changes)).map((outcome) => errorOf(outcome)?.message ?? outcome.kind),
        changes.map(() => 'done'),
      )
    const attributesOf = async (text: string): Promise<unknown> => (await world.look()).routes.get(text)?.attributes
    const seen = async (text: string, wanted: Seen | undefined): Promise<void> => {
      let last: Seen | undefined
      const isSeen = async (): Promise<boolean> =>
        JSON.stringify((last = await world.seen(text))) === JSON.stringify(wanted)
      await waitFor(`${text} as ${JSON.stringify(wanted)}`, isSeen).catch(async (error: unknown) => {
        throw new Error(`last seen: ${JSON.stringify(last)}; ours has:\n${await world.explain()}`, { cause: error })
      })
    }
    const isSeenSoon = async (text: string, wanted: Seen): Promise<boolean> => {
      const isSeen = async (): Promise<boolean> => JSON.stringify(await world.seen(text)) === JSON.stringify(wanted)
      return (await waitFor('it', isSeen, 2_000).catch(() => 'late')) !== 'late'
    }
    const routed = (text: string, is: boolean): Promise<void> =>
      waitFor(`${text} ${is ? 'in' : 'out of'} the kernel of area`, async () => {
        return ((await nextHopsOf(opened().area, text)) !== undefined) === is
      })
    /** The neighbor may still think so of the daemon that was there before. */
    const adjacent = (): Promise<void> =>
      waitFor('the neighbor is full', async () => (await world.look()).sessions.some(({ established }) => established))
    const only = (outcomes: readonly Outcome[]): ReturnType<typeof errorOf> => errorOf(outcomes[0])

    it('announces external routes, each with its own metric and type, and takes them back', async () => {
      await done(announceOspf(vip, { metric: 30, metricType: 1 }), announceOspf(other, {}))
      await seen(vip, { as: 'external', metric: 30, metricType: 1 })
      await seen(other, { as: 'external', metric: 20, metricType: 2 })
      await routed(vip, true)
      assert.deepEqual(await attributesOf(vip), { bgp: {}, ospf: { as: 'external', metric: 30, metricType: 1 } })
      assert.deepEqual(await attributesOf(other), { bgp: {}, ospf: { as: 'external' } })
      await done(withdraw(vip))
      await routed(vip, false)
      await seen(other, { as: 'external', metric: 20, metricType: 2 })
      await done(withdraw(vip), withdraw(third))
    })

    it('changes metric and type of one route and leaves the others as they are', async () => {
      await done(announceOspf(vip, { metric: 30, metricType: 1 }), announceOspf(other, { metric: 30, metricType: 1 }))
      await done(announceOspf(vip, { metric: 16777214, metricType: 2 }))
      await seen(vip, { as: 'external', metric: 16777214, metricType: 2 })
      await seen(other, { as: 'external', metric: 30, metricType: 1 })
      await done(announceOspf(other, { metric: 40 }))
      await seen(other, { as: 'external', metric: 40, metricType: 2 })
    })

    it('announces a VIP that is bound later as soon as it is, and nothing beside', async () => {
      await world.bind(third)
      await world.unbind(vip)
      await done(announceOspf(vip, { metric: 30 }))
      await world.bind(vip)
      await seen(vip, { as: 'external', metric: 30, metricType: 2 })
      assert.equal(await world.seen(third), undefined)
      await world.unbind(third)
    })

    it('announces stub links with the metric of their interface, and takes them back', async () => {
      await done(announceOspf(vip, { as: 'internal', metric: 30 }), announceOspf(other, { as: 'internal', metric: 30 }))
      await seen(vip, { as: 'internal', metric: 30, metricType: null })
      await seen(other, { as: 'internal', metric: 30, metricType: null })
      await routed(vip, true)
      assert.deepEqual(await attributesOf(vip), { bgp: {}, ospf: { as: 'internal', metric: 30 }, interface: 'lo' })
      await done(withdraw(vip))
      await routed(vip, false)
      await done(announceOspf(other, { as: 'internal', metric: 65535 }))
      await seen(other, { as: 'internal', metric: 65535, metricType: null })
      await done(announceOspf(other, { as: 'internal' }))
      await waitFor('no metric', async () => ((await world.seen(other))?.metric ?? 99) < 30)
    })

    it('turns a stub link into an external route and back', async () => {
      await done(announceOspf(vip, { as: 'internal', metric: 30 }))
      await seen(vip, { as: 'internal', metric: 30, metricType: null })
      await done(announceOspf(vip, { metric: 50, metricType: 1 }))
      await seen(vip, { as: 'external', metric: 50, metricType: 1 })
      await done(announceOspf(vip, { as: 'internal', metric: 40 }))
      await seen(vip, { as: 'internal', metric: 40, metricType: null })
    })

    it('tells its neighbors with what was sent to each, and whether they are full', async () => {
      await done(announceOspf(vip, {}))
      await waitFor('it is sent', async () => (await world.look()).sessions.every(({ sent }) => sent?.has(vip)))
      const { sessions, daemon: program } = await world.look()
      assert.deepEqual(
        sessions.map(({ kind, state, established, families, sent }) => ({
          kind,
          state,
          established,
          families,
          sent: [...(sent ?? [])],
        })),
        [{ kind: 'ospf', state: 'full', established: true, families: [family], sent: [vip] }],
      )
      assert.match(program, new RegExp(`^${daemon} \\d`))
    })

    it('leaves a `redistribute connected` of the operator alone, and tells what it announces', async () => {
      const lines = ['route-map his permit 10', 'exit', instance, 'redistribute connected metric 77 route-map his']
      await world.operator(...lines)
      const before = await world.configuration()
      await seen(vip, { as: 'external', metric: 77, metricType: 2 })
      const error = only(await world.apply(announceOspf(vip, { metric: 30 })))
      assert.equal(error?.code, 'conflict')
      assert.match(
        error?.message ?? '',
        /^router core: did not announce \S+: `router ospf6?` has `redistribute connected .*` /,
      )
      await done(withdraw(vip))
      const { routes, foreign } = await world.look()
      assert.deepEqual([...routes], [])
      assert.match(foreign.get(vip)?.by ?? '', /^`redistribute connected metric 77 route-map his`$/)
      assert.match(foreign.get(vip)?.sentTo[0] ?? '', /^ospf6? 192\.0\.2\.34%eth3$/)
      assert.equal(await world.configuration(), before)
      await done(announceOspf(other, { as: 'internal', metric: 30 }))
      await done(withdraw(other))
      await world.operator(instance, 'no redistribute connected', 'exit', 'no route-map his')
    })

    it('passes by the route-map of the operator where he lets it, which stays as it is', async () => {
      const match = `match ${dialect.match}`
      const all = family === 'ipv4' ? '203.0.113.0/24 ge 32' : '2001:db8:53::/48 ge 128'
      await world.operator(
        `${list} pools permit ${all}`,
        'route-map his permit 1',
        `${match} ${map}-vips`,
        `call ${map}`,
      )
      await world.operator('route-map his deny 2', `${match} pools`, 'route-map his permit 3')
      await world.operator(instance, 'redistribute connected route-map his')
      const before = await world.configuration()
      await done(announceOspf(vip, { metric: 30, metricType: 1 }))
      await seen(vip, { as: 'external', metric: 30, metricType: 1 })
      assert.equal(await world.seen(other), undefined)
      assert.deepEqual(await attributesOf(vip), { bgp: {}, ospf: { as: 'external', metric: 30, metricType: 1 } })
      assert.deepEqual([...(await world.look()).foreign], [])
      await done(withdraw(vip))
      await seen(vip, undefined)
      assert.equal(await world.configuration(), before)
      await world.operator(instance, 'no redistribute connected', 'exit', 'no route-map his', `no ${list} pools`)
    })

    it('says so when the operator takes the place of our statement, and leaves it to him', async () => {
      await done(announceOspf(vip, { metric: 30 }))
      const hints = new HintReader(world.target)
      await hints.next('connected')
      await world.operator('route-map his deny 10', 'exit', instance, 'redistribute connected route-map his')
      await hints.next('changed')
      await hints.end()
      assert.equal(await attributesOf(vip), null)
      assert.equal(only(await world.apply(announceOspf(vip, { metric: 30 })))?.code, 'conflict')
      await done(withdraw(vip))
      assert.match(await world.configuration(), /redistribute connected route-map his\n/)
      await world.operator(instance, 'no redistribute connected', 'exit', 'no route-map his')
    })

    it('puts no external route into a stub area, and says what will do', async () => {
      await world.operator(instance, 'area 5 stub')
      const target = world.another('0.0.0.5')
      const error = only(await target.apply([announceOspf(vip, {})], never))
      assert.equal(error?.code, 'rejected')
      assert.match(error?.message ?? '', /area 0\.0\.0\.5 is a stub area.*`as: internal`/)
      await world.operator(instance, 'no area 5 stub')
    })

    it('makes no stub link where a line of the operator would announce it', async () => {
      await world.operator('interface lo', `${dialect.onInterface} area 0`)
      const error = only(await world.apply(announceOspf(vip, { as: 'internal' })))
      assert.equal(error?.code, 'conflict')
      assert.match(error?.message ?? '', /`interface lo` is in OSPF/)
      await waitFor('foreign', async () => /`interface lo`/.test((await world.look()).foreign.get(vip)?.by ?? ''))
      await world.operator('interface lo', `no ${dialect.onInterface} area 0`)
      await waitFor('gone', async () => (await world.seen(vip)) === undefined)
    })

    it('finds what an earlier life saved, announces nothing by finding it, and leaves no trace of it', async () => {
      await done(announceOspf(vip, { metric: 30 }), announceOspf(other, { as: 'internal', metric: 30 }))
      const again = world.another()
      const { routes } = await again.observe(never)
      assert.deepEqual([...routes.keys()].sort(), [vip, other].sort())
      await done(withdraw(vip), withdraw(other))
    })

    it('sweeps what is left of our name when it holds no address', async () => {
      await world.operator(
        `route-map ${map} permit 10`,
        'exit',
        'route-map vipcast-0123456789ab permit 10',
        'exit',
        `${list} ${map}-metric-7 seq 5 permit ${family === 'ipv4' ? '0.0.0.0/0 le 32' : '::/0 le 128'}`,
        `${family === 'ipv4' ? 'ipv6' : 'ip'} prefix-list vipcast-ospf seq 5 permit any`,
        instance,
        `redistribute connected route-map ${map}`,
      )
      await seen(vip, { as: 'external', metric: 20, metricType: 2 })
      const hints = new HintReader(world.target)
      await hints.next('connected')
      await hints.end()
      assert.equal(await world.configuration(), untouched)
      await seen(vip, undefined)
    })

    it('gives a route anew when somebody edits what is ours', async () => {
      await done(announceOspf(vip, { metric: 30 }))
      await world.operator(`route-map ${map} permit 10`, 'set metric 31')
      assert.equal(await attributesOf(vip), null)
      await done(announceOspf(vip, { metric: 30 }))
      await seen(vip, { as: 'external', metric: 30, metricType: 2 })
      const all = family === 'ipv4' ? '0.0.0.0/0 le 32' : '::/0 le 128'
      await world.operator(`${list} ${map}-metric-30 permit ${all}`)
      assert.equal(await attributesOf(vip), null)
      await done(announceOspf(vip, { metric: 30 }))
      assert.notEqual(await attributesOf(vip), null)
      await seen(other, undefined)
    })

    it('tells when its daemon goes and comes back, which holds nothing then', async () => {
      await done(announceOspf(vip, { metric: 30 }))
      const hints = new HintReader(world.target)
      await hints.next('connected')
      await opened().frr.kill(daemon)
      const gone = await hints.next('disconnected')
      assert.equal(gone.kind === 'disconnected' && gone.error.code, 'unreachable')
      assert.equal(only(await world.apply(withdraw(vip)))?.code, 'unreachable')
      // An ospf6d that was started again is at times not heard by its neighbor before its next change, whoever configures it.
      await waitFor('the neighbor misses it', () => world.isMissed())
      await opened().frr.start(daemon)
      await hints.next('connected')
      await hints.end()
      assert.deepEqual([...(await world.look()).routes], [])
      await adjacent()
      let metric = 30
      await waitFor('the neighbor hears of a change', async () => {
        metric += 1
        await done(announceOspf(vip, { metric }))
        return await isSeenSoon(vip, { as: 'external', metric, metricType: 2 })
      })
    })

    it('tells of a neighbor that is lost, and found again', async () => {
      await adjacent()
      const hints = new HintReader(world.target)
      await hints.next('connected')
      const neighbor = new Frr(opened().area)
      await neighbor.signal(daemon, 'STOP')
      assert.match(whatOf(await hints.next('changed', 'sessions')), /^session ospf6? 192\.0\.2\.34%eth3 is down/)
      assert.equal((await world.look()).sessions.filter(({ established }) => established).length, 0)
      await neighbor.signal(daemon, 'CONT')
      for (let full = false; !full;) full = /is full/.test(whatOf(await hints.next('changed', 'sessions')))
      await hints.end()
    })

    it('refuses what is outside the pools', async () => {
      const outside = family === 'ipv4' ? '192.0.2.77' : '2001:db8:99::77'
      assert.equal(only(await world.apply(announceOspf(outside, {})))?.code, 'rejected')
    })

    it('announces a hundred routes in one go', async () => {
      const many = Array.from({ length: 100 }, (_, at) =>
        family === 'ipv4' ? `198.18.0.${at}` : `2001:db8:53:1::${(at + 1).toString(16)}`,
      )
      const ip = (verb: string): Promise<string> => {
        const batch = many.map((text) => `address ${verb} ${host(text)} dev lo`).join('\n')
        return opened().own.output(['bash', '-c', `echo '${batch}' | ip -batch -`])
      }
      await ip('add')
      await done(...many.map((text) => announceOspf(text, { metric: 30 })))
      assert.equal((await world.look()).routes.size, 100)
      const allRouted = (): Promise<unknown> => Promise.all(many.map((text) => routed(text, true)))
      // ospf6d at times leaves one of many out until its next change, though it shows it as its own.
      const again = (): Promise<void> => done(...many.map((text) => announceOspf(text, { metric: 31 })))
      await allRouted().catch(() => again().then(allRouted))
      await done(...many.map(withdraw))
      await ip('del')
    })
  })
}

const never = new AbortController().signal
