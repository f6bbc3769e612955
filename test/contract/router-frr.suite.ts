import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import { systemClock } from '../../src/platform/clock.js'
import { mapName } from '../../src/routers/frr/bgp/route-map.js'
import { FrrTarget } from '../../src/routers/frr/target.js'
import type { Outcome, RouteChange, RouterObserved } from '../../src/domain/target.js'
import { birdRoutes, type BirdRoute } from '../../testnet/observe/bird.js'
import type { LabNode } from '../../testnet/lab/node.js'
import { asn, inFamily, openFrrRouter, type FrrRouterWorld } from '../support/frr-router.js'
import { HintReader } from '../support/hint-reader.js'
import { announce, errorOf, whatOf, withdraw } from '../support/routes.js'
import { waitFor } from '../support/wait.js'
import { edge, pools } from './router.contract.js'

const never = new AbortController().signal

/** What holds for bgpd beyond the contract: what is the operator's, and what neighbors see. */
export function frrSuite(): void {
  describe('a bgpd of FRR', () => {
    let world: FrrRouterWorld
    let untouched: string
    before(async () => {
      world = await openFrrRouter()
      untouched = await configuration()
    })
    after(async () => await world?.close())
    afterEach(async () => {
      const left = [...(await look()).routes.values()].map(({ address }) => withdraw(address.text))
      await world.target.apply(left, never)
    })
    const configuration = async (): Promise<string> =>
      (await world.world.frr.show('bgpd', 'show running-config')).replace(/!\n/g, '')
    const apply = (...changes: RouteChange[]): Promise<readonly Outcome[]> => world.target.apply(changes, never)
    const done = async (...changes: RouteChange[]): Promise<void> =>
      assert.deepEqual(
        (await apply(...changes)).map((outcome) => errorOf(outcome)?.message ?? outcome.kind),
        changes.map(() => 'done'),
      )
    const look = (): Promise<RouterObserved> => world.target.observe(never)
    const operator = (...lines: string[]): Promise<void> => world.world.frr.configure('bgpd', ...lines)
    const statement = (address: string, more = ''): Promise<void> =>
      operator(...inFamily(address), `network ${address}/32${more}`)
    const noStatement = (address: string): Promise<void> => operator(...inFamily(address), `no network ${address}/32`)
    const seenBy = (node: LabNode, prefix: string, fits: (route: BirdRoute | undefined) => boolean): Promise<void> =>
      waitFor(`${prefix} at ${node.name}`, async () => fits((await birdRoutes(node, prefix)).find(({ best }) => best)))

    it('gives neighbors what was asked for, and the change of it as an update', async () => {
      const bgp = {
        med: 100,
        localPref: 200,
        communities: [0xfde90064],
        largeCommunities: [{ globalAdmin: 65001, localData1: 1, localData2: 2 }],
      }
      await done(announce(v4, bgp))
      await seenBy(world.world.edge, `${v4}/32`, (route) => {
        const seen = ['origin', 'as_path', 'med', 'community', 'large_community'].map(
          (name) => route?.attributes[`BGP.${name}`],
        )
        return seen.join() === 'IGP,65001,100,(65001,100),(65001, 1, 2)'
      })
      await seenBy(world.world.core, `${v4}/32`, (route) => route?.attributes['BGP.local_pref'] === '200')
      await done(announce(v4, { med: 500, prepend: 2 }))
      const prepended = (route: BirdRoute | undefined): boolean =>
        route?.attributes['BGP.as_path'] === '65001 65001 65001' && route.attributes['BGP.med'] === '500'
      await seenBy(world.world.edge, `${v4}/32`, prepended)
    })

    it('leaves no trace in the configuration once everything is withdrawn', async () => {
      const hints = new HintReader(world.target)
      await hints.next('connected')
      await done(announce(v4, { med: 1 }), announce(v6, { communities: [6] }), announce(other))
      await done(announce(v4, { med: 2 }))
      assert.notEqual(await configuration(), untouched)
      await done(withdraw(v4), withdraw(v6), withdraw(other))
      await waitFor('the configuration as before', async () => (await configuration()) === untouched)
      await hints.end()
    })

    it("leaves an operator's own statement alone, whatever is asked, and tells whose it is", async () => {
      await statement(v4)
      const [announced] = await apply(announce(v4), announce(other))
      assert.equal(errorOf(announced)?.code, 'conflict')
      assert.equal(
        errorOf(announced)?.message,
        `router core: did not announce ${v4}: \`router bgp 65001\` has a \`network ${v4}/32\` that is not ours; remove it there, or take the address out of the pools`,
      )
      await done(withdraw(v4))
      const { routes, foreign } = await look()
      assert.deepEqual([...routes.keys()], [other])
      assert.deepEqual([...foreign], [[v4, { by: `\`network ${v4}/32\``, sentTo: [edge, '2001:db8::3'] }]])
      assert.match(await configuration(), new RegExp(`network ${v4}/32\n`))
      await noStatement(v4)
      await done(announce(v4))
    })

    it('never replaces a statement that was last seen to be the operator’s, though its route-map hides it', async () => {
      await operator('route-map hides deny 10', 'exit')
      await statement(v4, ' route-map hides')
      assert.deepEqual([...(await look()).foreign.keys()], [])
      assert.equal(errorOf((await apply(announce(v4)))[0])?.code, 'conflict')
      await done(withdraw(v4))
      assert.match(await configuration(), new RegExp(`network ${v4}/32 route-map hides\n`))
      await noStatement(v4)
      await operator('no route-map hides')
    })

    it('says so when the operator takes the place of our statement, and leaves it to him', async () => {
      await done(announce(v4, { med: 7 }))
      const hints = new HintReader(world.target)
      await hints.next('connected')
      await statement(v4)
      assert.match(whatOf(await hints.next('changed')), new RegExp(v4))
      await hints.end()
      const { routes, foreign } = await look()
      assert.deepEqual([[...routes.keys()], [...foreign.keys()]], [[], [v4]])
      await done(withdraw(v4))
      assert.equal(errorOf((await apply(announce(v4)))[0])?.code, 'conflict')
      await noStatement(v4)
    })

    it('shows what the operator redistributes inside the pools, with his words; our attributes win where both are', async () => {
      await world.world.own.output(['ip', 'address', 'add', `${v4}/32`, 'dev', 'lo'])
      await operator(...inFamily(v4), 'redistribute connected')
      const sees = async (): Promise<boolean> => (await look()).foreign.get(v4)?.sentTo.includes(edge) === true
      await waitFor('the redistributed route', sees)
      assert.equal((await look()).foreign.get(v4)?.by, '`redistribute connected`')
      assert.equal((await look()).routes.size, 0)
      await done(announce(v4, { med: 77, localPref: 0 }))
      await seenBy(world.world.edge, `${v4}/32`, (route) => route?.attributes['BGP.med'] === '77')
      await operator(...inFamily(v4), 'no redistribute connected')
      await world.world.own.output(['ip', 'address', 'del', `${v4}/32`, 'dev', 'lo'])
    })

    it('gives a route another route-map when somebody edits ours, and puts the edited one away', async () => {
      const name = mapName({ bgp: { med: 5 }, ospf: {} }, asn)
      await done(announce(v4, { med: 5 }))
      await operator(`route-map ${name} permit 10`, 'set metric 6')
      assert.deepEqual((await look()).routes.get(v4)?.attributes?.bgp, { med: 6 })
      await operator(`route-map ${name} permit 10`, 'match ip address prefix-list keep-back')
      assert.equal((await look()).routes.get(v4)?.attributes, null)
      const hints = new HintReader(world.target)
      await hints.next('connected')
      await done(announce(v4, { med: 5 }))
      assert.deepEqual((await look()).routes.get(v4)?.attributes?.bgp, { med: 5 })
      await seenBy(world.world.edge, `${v4}/32`, (route) => route?.attributes['BGP.med'] === '5')
      await waitFor('the edited map is gone', async () => !(await configuration()).includes(`route-map ${name} `))
      await hints.end()
    })

    it('announces anew what lost its route-map', async () => {
      await done(announce(v4, { med: 5 }))
      // By its entry: bgpd 8.4 may crash after `no route-map NAME` of one that a statement names.
      await operator(`no route-map ${mapName({ bgp: { med: 5 }, ospf: {} }, asn)} permit 10`)
      assert.equal((await look()).routes.get(v4)?.attributes, null)
      await done(announce(v4, { med: 5 }))
      assert.deepEqual((await look()).routes.get(v4)?.attributes?.bgp, { med: 5 })
    })

    it('keeps route-maps of our name that somebody else names', async () => {
      const name = mapName({ bgp: { med: 5 }, ospf: {} }, asn)
      await done(announce(v4, { med: 5 }))
      await operator(...inFamily(v4), `neighbor ${edge} route-map ${name} out`)
      const hints = new HintReader(world.target)
      await hints.next('connected')
      await done(announce(other, { med: 6 }), withdraw(v4), withdraw(other))
      await waitFor(
        'the other map is gone',
        async () => !/route-map vipcast-\w+ permit/.test(without(await configuration(), name)),
      )
      assert.match(await configuration(), new RegExp(`route-map ${name} permit`))
      await operator(
        ...inFamily(v4),
        `no neighbor ${edge} route-map ${name} out`,
        'exit',
        'exit',
        `no route-map ${name}`,
      )
      await hints.end()
    })

    it('configures no BGP where there is none, and is refused by one of another AS', async () => {
      const elsewhere = (bgp: { asn: number; vrf: string }): FrrTarget =>
        new FrrTarget({
          name: 'core',
          sockets: world.world.frr.sockets,
          bgp,
          pools,
          clock: systemClock,
          random: Math.random,
        })
      const red = elsewhere({ asn: 65001, vrf: 'red' })
      const [none] = await red.apply([announce(v4)], never)
      assert.deepEqual([none?.kind, errorOf(none)?.code], ['failed', 'unreachable'])
      assert.match(
        errorOf(none)?.message ?? '',
        /^router core: bgpd at \S+ has no BGP configured for the VRF red; give it `router bgp 65001 vrf red`$/,
      )
      await assert.rejects(red.observe(never), { code: 'unreachable' })
      const [wrong] = await elsewhere({ asn: 65099, vrf: 'default' }).apply([announce(v4)], never)
      assert.match(
        errorOf(wrong)?.message ?? '',
        /bgpd refused `router bgp 65099`: BGP is already running; AS is 65001/,
      )
      assert.deepEqual((await configuration()).match(/^router bgp.*/gm), ['router bgp 65001'])
      assert.deepEqual(await world.originated(), [])
    })

    it('announces in a VRF, beside the default instance', async () => {
      await operator('router bgp 65001 vrf red', 'no bgp network import-check')
      const red = new FrrTarget({
        name: 'core',
        sockets: world.world.frr.sockets,
        bgp: { asn, vrf: 'red' },
        pools,
        clock: systemClock,
        random: Math.random,
      })
      assert.deepEqual(
        (await red.apply([announce(v4), announce(v6)], never)).map(({ kind }) => kind),
        ['done', 'done'],
      )
      assert.deepEqual([...(await red.observe(never)).routes.keys()].sort(), [v6, v4].sort())
      assert.deepEqual([...(await look()).routes.keys()], [])
      await red.apply([withdraw(v4), withdraw(v6)], never)
      assert.deepEqual([...(await red.observe(never)).routes.keys()], [])
      await operator('no router bgp 65001 vrf red')
    })

    it('changes what is asked while a person is in `configure terminal`', async () => {
      await operator(...inFamily(v4))
      await done(announce(v4), withdraw(v4))
    })

    it('says when a session goes and comes back', async () => {
      const hints = new HintReader(world.target)
      await hints.next('connected', 'sessions')
      await operator(`router bgp ${asn}`, `neighbor ${edge} shutdown`)
      assert.equal(whatOf(await hints.next('changed', 'sessions')), `session ${edge} is down`)
      await operator(`router bgp ${asn}`, `no neighbor ${edge} shutdown`)
      assert.equal(whatOf(await hints.next('changed', 'sessions')), `session ${edge} is established`)
      await hints.end()
    })
  })
}

function without(text: string, name: string): string {
  return text.replaceAll(name, '')
}

const v4 = '203.0.113.53'
const v6 = '2001:db8:53::53'
const other = '203.0.113.54'
