import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import type { Prefix } from '../../src/domain/address.js'
import type { BgpAttributes, FittedAttributes } from '../../src/domain/attributes.js'
import type { Outcome, RouteChange } from '../../src/domain/target.js'
import { systemClock } from '../../src/platform/clock.js'
import { Api } from '../../src/routers/gobgp/api.js'
import type { Endpoint } from '../../src/routers/common/grpc-connection.js'
import { GobgpTarget } from '../../src/routers/gobgp/target.js'
import { createAuthority } from '../support/certificates.js'
import { openGobgpWorld, type GobgpWorld } from '../support/gobgp-world.js'
import { readRib, type RibPath } from '../support/gobgp-rib.js'
import type { Gobgpd, GobgpRelease } from '../support/gobgpd.js'
import { HintReader } from '../support/hint-reader.js'
import { openRelay, type Relay } from '../support/relay.js'
import { address, announce, errorOf, prefix, whatOf, withdraw } from '../support/routes.js'
import { waitFor } from '../support/wait.js'
import { core, edge, keptBack, pools } from './router.contract.js'

const never = new AbortController().signal

/** What only gobgpd shows: its neighbors' tables, its connections, its events. */
export function gobgpSuite(name: string, findRelease: () => Promise<GobgpRelease>): void {
  describe(`gobgpd, ${name}`, () => {
    let release: GobgpRelease
    let world: GobgpWorld
    let target: GobgpTarget
    /** What was hinted while the sessions came up. */
    const whatChanged: string[] = []
    const closing: (() => unknown)[] = []
    before(async () => {
      release = await findRelease()
      world = await openGobgpWorld(release)
      target = world.target
      const life = new AbortController()
      for await (const hint of target.hints(life.signal)) {
        whatChanged.push(whatOf(hint))
        const { sessions } = await target.observe(never)
        if (sessions.filter(({ established }) => established).length === 2) life.abort()
      }
    })
    after(async () => await world?.close())
    afterEach(async () => {
      for (const close of closing.splice(0)) await close()
    })
    const done = async (on: GobgpTarget, ...changes: RouteChange[]): Promise<void> => {
      const outcomes = await on.apply(changes, never)
      assert.deepEqual(
        outcomes.filter(({ kind }) => kind !== 'done'),
        [],
      )
    }
    const listen = (on: GobgpTarget): HintReader => {
      const hints = new HintReader(on)
      closing.push(() => hints.end())
      return hints
    }
    const relay = async (daemon: Gobgpd): Promise<Relay> => {
      const opened = await openRelay(daemon.socket)
      closing.push(() => opened.close())
      return opened
    }

    it('sends eBGP neighbors what was set: MED, communities, its AS once and prepended, its own next hop', async () => {
      const bgp: BgpAttributes = {
        med: 10,
        communities: [65001 * 65536 + 100, 0xffff0000],
        largeCommunities: [{ globalAdmin: 65001, localData1: 1, localData2: 2 }],
        prepend: 2,
      }
      await done(target, announce('203.0.113.1', bgp))
      assert.deepEqual(await arrived(world.edge, '203.0.113.1/32'), {
        local: false,
        origin: 0,
        asPath: [65001, 65001, 65001],
        nextHop: '192.0.2.1',
        med: 10,
        communities: [65001 * 65536 + 100, 0xffff0000],
        largeCommunities: ['65001:1:2'],
      })
    })

    it('sends iBGP neighbors the LOCAL_PREF that was set, and its default where none was', async () => {
      await done(target, announce('203.0.113.2', { localPref: 250 }), announce('203.0.113.3'))
      assert.equal((await arrived(world.core, '203.0.113.2/32')).localPref, 250)
      assert.equal((await arrived(world.core, '203.0.113.3/32')).localPref, 100)
      assert.equal((await arrived(world.edge, '203.0.113.2/32')).localPref, undefined)
    })

    it('sends an explicit next hop unchanged, in both families', async () => {
      for (const [text, hop] of [
        ['203.0.113.4', '192.0.2.1'],
        ['2001:db8:53::4', '2001:db8::1'],
      ] as const) {
        const attributes: FittedAttributes = { bgp: {}, ospf: {}, nextHop: address(hop) }
        await done(target, { kind: 'announce', address: address(text), attributes })
        assert.equal((await arrived(world.edge, `${text}/${text.includes(':') ? 128 : 32}`)).nextHop, hop)
      }
    })

    it('changes attributes without withdrawing the route in between', async () => {
      await done(target, announce('203.0.113.5', { med: 1 }))
      await arrived(world.edge, '203.0.113.5/32')
      let med = 1
      const change = (): Promise<void> => done(target, announce('203.0.113.5', { med: ++med }))
      const reports = await spy(world.edge, async (seen) => {
        await waitFor('the neighbor has begun to report', async () => {
          await change()
          return seen.length > 0
        })
        for (let times = 0; times < 3; times += 1) await change()
        await waitFor('the last', async () => (await arrived(world.edge, '203.0.113.5/32')).med === med)
      })
      assert.ok(reports.every((withdrawn) => !withdrawn))
    })

    it('finds its routes address by address where the pool is small, and what was sent of them', async () => {
      const small = new GobgpTarget(options({ kind: 'unix', path: world.daemon.socket }, [prefix('203.0.113.64/26')]))
      await done(
        target,
        announce('203.0.113.63'),
        announce('203.0.113.64'),
        announce(keptBack),
        announce('203.0.113.127'),
      )
      await world.learn('203.0.113.100/32')
      const { routes, sessions } = await small.observe(never)
      assert.deepEqual([...routes.keys()].sort(), ['203.0.113.127', '203.0.113.64', keptBack])
      const sent = sessions.find(({ neighbor }) => neighbor === edge)?.sent
      assert.deepEqual([...(sent ?? [])].sort(), ['203.0.113.127', '203.0.113.64'])
    })

    it('lists the neighbors in one order, whatever order the daemon has', async () => {
      for (let round = 0; round < 8; round += 1) {
        const { sessions } = await target.observe(never)
        const names = sessions.map(({ neighbor }) => neighbor)
        assert.deepEqual(names, names.toSorted())
      }
    })

    it('withdraws at the neighbors', async () => {
      await done(target, announce('203.0.113.6'), announce('2001:db8:53::6'))
      await arrived(world.edge, '203.0.113.6/32')
      await arrived(world.edge, '2001:db8:53::6/128')
      await done(target, withdraw('203.0.113.6'))
      await done(target, withdraw('2001:db8:53::6'))
      for (const [family, network] of [
        ['ipv4', '203.0.113.6/32'],
        ['ipv6', '2001:db8:53::6/128'],
      ] as const) {
        await waitFor(`${network} is gone`, async () => !(await readRib(world.edge, family)).has(network))
      }
    })

    it('hints at each session that comes up, and not at each state on the way', () => {
      const [connected, ...changes] = whatChanged
      assert.equal(connected, '')
      assert.ok(changes.length <= 2)
      assert.match(changes.join(), /is established/)
    })

    it('hints at a session that is lost', async () => {
      const hints = listen(target)
      await hints.next('connected')
      await world.daemon.cli('neighbor', core, 'disable')
      assert.equal(whatOf(await hints.next('changed', 'sessions')), `session ${core} is idle`)
    })

    it('is not woken by what it learns, inside the pools or outside, nor by our own changes', async () => {
      const neighbor = new GobgpTarget(options({ kind: 'unix', path: world.edge.socket }, pools))
      const hints = listen(target)
      await hints.next('connected')
      const texts = Array.from({ length: 2000 }, (_, at) => `198.18.${at >> 8}.${at & 255}`)
      await done(neighbor, ...texts.map((text) => announce(text)))
      await waitFor('the last is learned', async () => (await readRib(world.daemon, 'ipv4')).has(`${texts.at(-1)}/32`))
      await done(target, ...texts.slice(0, 600).map((text) => announce(text, { prepend: 1 })))
      await done(target, ...texts.slice(0, 600).map((text) => withdraw(text)))
      await done(neighbor, ...texts.map((text) => withdraw(text)))
      await world.add('203.0.113.90/32')
      assert.equal(whatOf(await hints.next('changed', 'sessions')), 'route 203.0.113.90 was changed by somebody else')
      await world.lose('203.0.113.90/32')
    })

    it('opens a new connection at once when the old one was cut', async () => {
      const via = await relay(world.daemon)
      const remote = new GobgpTarget(options(tcp(via), pools))
      await done(remote, announce('203.0.113.7'))
      via.cut()
      await waitFor('the withdrawal', async () => isDone(await remote.apply([withdraw('203.0.113.7')], never)))
      assert.equal(via.opened, 2)
    })

    it('gives up a connection that went silent after one deadline; the next change has a new one', async () => {
      const via = await relay(world.daemon)
      const remote = new GobgpTarget(options(tcp(via), pools))
      await done(remote, announce('203.0.113.8'))
      via.stall()
      const [outcome] = await remote.apply([withdraw('203.0.113.8')], never)
      assert.deepEqual([outcome?.kind, errorOf(outcome)?.code], ['unsure', 'timeout'])
      await done(remote, withdraw('203.0.113.8'))
      assert.equal(via.opened, 2)
    })

    it('finds out by itself, with no change to make, that its connections went silent', async () => {
      const via = await relay(world.daemon)
      const remote = new GobgpTarget(options(tcp(via), pools))
      const hints = listen(remote)
      await hints.next('connected')
      via.stall()
      await hints.next('disconnected')
      await hints.next('connected')
      await done(remote, announce('203.0.113.9'))
    })

    it('has one watch, however often it was lost', async () => {
      const via = await relay(world.daemon)
      const remote = new GobgpTarget(options(tcp(via), pools))
      const hints = listen(remote)
      await hints.next('connected')
      for (let round = 1; round <= 3; round += 1) {
        via.cut()
        await hints.next('disconnected')
        await hints.next('connected')
      }
      await world.add('203.0.113.91/32')
      assert.equal(whatOf(await hints.next('changed')), 'route 203.0.113.91 was changed by somebody else')
      await world.lose('203.0.113.91/32')
      assert.equal(whatOf(await hints.next('changed')), 'route 203.0.113.91 was changed by somebody else')
    })

    it('is reached over TLS with certificates on both sides, and by nobody else', async () => {
      const authority = createAuthority()
      const server = authority.issue({ names: 'IP:127.0.0.1' })
      const client = authority.issue({ names: 'DNS:client' })
      const flags = ['--tls', '--tls-cert-file', server.cert, '--tls-key-file', server.key]
      // Before 3.13 gobgpd asks no client for a certificate.
      const asks = await release.has('--tls-client-ca-file')
      const guarded = await world.startAnother(
        'guarded',
        asks ? [...flags, '--tls-client-ca-file', authority.ca] : flags,
      )
      closing.push(() => guarded.stop())
      const via = await relay(guarded)
      const ours = new GobgpTarget(options(tcp(via, { ca: authority.ca, ...client }), pools))
      await done(ours, announce('203.0.113.10'), announce('2001:db8:53::10'))
      assert.deepEqual([...(await ours.observe(never)).routes.keys()].sort(), ['2001:db8:53::10', '203.0.113.10'])
      const other = createAuthority()
      const strangers = [
        { ca: other.ca, ...client },
        ...(asks ? [{ ca: authority.ca, ...other.issue({ names: 'DNS:client' }) }] : []),
      ]
      for (const tls of strangers) {
        const [outcome] = await new GobgpTarget(options(tcp(via, tls), pools)).apply([withdraw('203.0.113.10')], never)
        // A refused certificate is an alert, which the reset that follows it may overtake.
        assert.match(errorOf(outcome)?.message ?? '', /check tls\.c|whether `tls` is as it wants it/)
      }
      assert.equal((await ours.observe(never)).routes.size, 2)
    })

    it('is told apart from one whose BGP nobody configured, and is taken as soon as somebody does', async () => {
      const idle = await world.startAnother('idle', [], null)
      closing.push(() => idle.stop())
      const waiting = new GobgpTarget(options({ kind: 'unix', path: idle.socket }, pools))
      for (const changes of [[announce('203.0.113.11')], [announce('203.0.113.11'), withdraw('203.0.113.12')]]) {
        const outcomes = await waiting.apply(changes, never)
        for (const outcome of outcomes) {
          assert.deepEqual([outcome.kind, errorOf(outcome)?.code], ['failed', 'unreachable'])
          assert.match(errorOf(outcome)?.message ?? '', /has no BGP configured; give it an ASN and a router id$/)
        }
      }
      const hints = listen(waiting)
      await hints.next('disconnected')
      await idle.cli('global', 'as', '65001', 'router-id', '192.0.2.1', 'listen-port', '1790')
      await hints.next('connected')
      await done(waiting, announce('203.0.113.11'))
    })
  })
}

function options(endpoint: Endpoint, inside: readonly Prefix[]): ConstructorParameters<typeof GobgpTarget>[0] {
  return { name: 'edge', endpoint, pools: inside, clock: systemClock, random: Math.random }
}

function tcp(via: Relay, tls: Extract<Endpoint, { kind: 'tcp' }>['tls'] = null): Endpoint {
  return { kind: 'tcp', host: '127.0.0.1', port: via.port, tls }
}

function isDone(outcomes: readonly Outcome[]): boolean {
  return outcomes.every(({ kind }) => kind === 'done')
}

/** The one path of a network in a neighbor's table, as soon as it is there. */
async function arrived(neighbor: Gobgpd, network: string): Promise<RibPath> {
  const family = network.includes(':') ? 'ipv6' : 'ipv4'
  let paths: readonly RibPath[] | undefined
  await waitFor(`${network} at a neighbor`, async () => {
    paths = (await readRib(neighbor, family)).get(network)
    return paths !== undefined
  })
  assert.equal(paths?.length, 1)
  return paths?.[0] ?? { local: false }
}

/** Whether each change of a best path at a neighbor, while something was done, was a withdrawal. */
async function spy(neighbor: Gobgpd, doing: (seen: readonly boolean[]) => Promise<void>): Promise<boolean[]> {
  const life = new AbortController()
  const api = new Api('spy', { kind: 'unix', path: neighbor.socket })
  const events = api.follow('watch', 5_000, life.signal, ({ client, generation }, call) =>
    client.watchEvent({ peer: {}, table: { filters: [{ type: generation.filter.bestPaths }] } }, call),
  )
  const reports: boolean[] = []
  const reading = (async (): Promise<void> => {
    for await (const { message } of events) {
      if (message.event.case === 'table') reports.push(...message.event.value.paths.map(({ isWithdraw }) => isWithdraw))
    }
  })()
  reading.catch(() => {})
  await api.identify(life.signal)
  await doing(reports)
  life.abort()
  await reading.catch(() => {})
  return reports
}
