import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, describe, it } from 'node:test'
import type { Prefix } from '../../src/domain/address.js'
import { sameAttributes } from '../../src/domain/attributes.js'
import type { RouteChange, RouterTarget, Session } from '../../src/domain/target.js'
import { HintReader } from '../support/hint-reader.js'
import {
  address,
  announce,
  errorOf,
  explicitNextHop,
  prefix,
  refusable,
  sampleAttributes,
  whatOf,
  withdraw,
} from '../support/routes.js'
import { waitFor } from '../support/wait.js'
import { learnedContract } from './router-learned.contract.js'

/**
 * One router to run the suite over. It has three neighbors: `edge` (eBGP over IPv4, both families), `core` (iBGP over
 * IPv6, IPv4 routes only) and one that is never there. It keeps the route of `keptBack` to itself.
 */
export interface RouterWorld {
  readonly target: RouterTarget
  /** Somebody else adds or changes, or deletes, a route that the router originates. */
  add(network: string, med?: number): Promise<void>
  lose(network: string): Promise<void>
  /** The neighbor `edge` announces this network. */
  learn(network: string): Promise<void>
  /** It announces it no more. */
  forget(network: string): Promise<void>
  /** Networks that the router itself originates, in whatever way somebody else sees them. */
  originated(): Promise<readonly string[]>
  /** It answers nobody, and closes nothing; and back. */
  freeze(): Promise<void>
  thaw(): Promise<void>
  /** It ends, and is there again, with nothing of what it held. */
  kill(): Promise<void>
  start(): Promise<void>
  close(): Promise<void>
}

export const pools: readonly Prefix[] = ['203.0.113.0/24', '198.18.0.0/16', '2001:db8:53::/48'].map(prefix)
export const edge = '192.0.2.2'
export const core = '2001:db8::3'
export const missing = '192.0.2.9'
export const keptBack = '203.0.113.66'

const never = new AbortController().signal

/** `told`: what such a router is told and tells; of `addresses` alone there are no attributes and no sessions. */
export function routerContract(
  name: string,
  open: () => Promise<RouterWorld>,
  told: 'routes' | 'addresses' = 'routes',
): void {
  const routesAlone = { skip: told === 'routes' ? false : 'it takes no attributes, and tells nothing of sessions' }
  describe(`the contract of a router, ${name}`, () => {
    let world: RouterWorld
    let target: RouterTarget
    before(async () => {
      world = await open()
      target = world.target
    })
    after(async () => await world?.close())
    beforeEach(async () => {
      const left = [...(await target.observe(never)).routes.values()].map(({ address }) => address)
      await target.apply(
        left.map((address) => ({ kind: 'withdraw', address })),
        never,
      )
    })
    const reading: HintReader[] = []
    afterEach(async () => {
      for (const hints of reading.splice(0)) await hints.end()
    })
    const listen = (): HintReader => {
      const hints = new HintReader(target)
      reading.push(hints)
      return hints
    }
    const kinds = async (...changes: RouteChange[]): Promise<string[]> =>
      (await target.apply(changes, never)).map(({ kind }) => kind)
    const routes = async (): Promise<string[]> => [...(await target.observe(never)).routes.keys()].sort()
    const session = async (neighbor: string): Promise<Session | undefined> =>
      (await target.observe(never)).sessions.find((one) => one.neighbor === neighbor)
    const established = (neighbor: string): Promise<void> =>
      waitFor(`the session with ${neighbor}`, async () => (await session(neighbor))?.established === true)

    it('announces and withdraws single routes of both families', async () => {
      assert.deepEqual(await kinds(announce(v4)), ['done'])
      assert.deepEqual(await kinds(announce(v6)), ['done'])
      assert.deepEqual(await routes(), [v6, v4].sort())
      assert.deepEqual(await world.originated(), [`${v4}/32`, `${v6}/128`].sort())
      assert.deepEqual(await kinds(withdraw(v4)), ['done'])
      assert.deepEqual(await kinds(withdraw(v6)), ['done'])
      assert.deepEqual(await world.originated(), [])
    })

    it('announces and withdraws thousands, one outcome for each in their order', async () => {
      const texts = Array.from({ length: 1201 }, (_, at) => `198.18.${at >> 8}.${at & 255}`)
      const announced = await kinds(...texts.map((text) => announce(text, { med: 10 })))
      assert.deepEqual(announced, Array(1201).fill('done'))
      assert.deepEqual(await routes(), [...texts].sort())
      const most = texts.slice(1)
      assert.deepEqual(await kinds(...most.map((text) => withdraw(text))), Array(1200).fill('done'))
      assert.deepEqual(await routes(), texts.slice(0, 1))
    })

    it('keeps the order of changes in a batch, withdrawals and announcements mixed', async () => {
      await kinds(announce(v4), announce(v6))
      assert.deepEqual(await kinds(withdraw(v4), announce(other), withdraw(v6), announce(v6)), Array(4).fill('done'))
      assert.deepEqual(await routes(), [v6, other].sort())
    })

    it('reads back every attribute as it was set, and leaves unset what was absent', routesAlone, async () => {
      for (const text of [v4, v6]) {
        for (const attributes of [...sampleAttributes, explicitNextHop(text)]) {
          assert.deepEqual(await kinds({ kind: 'announce', address: address(text), attributes }), ['done'])
          const read = (await target.observe(never)).routes.get(text)?.attributes
          assert.ok(read && sameAttributes(read, attributes), JSON.stringify({ text, attributes, read }))
        }
      }
    })

    it('replaces a route that is announced with other attributes, and never holds it twice', routesAlone, async () => {
      await kinds(announce(v4, { med: 1 }))
      await kinds(announce(v4, { med: 2, communities: [6] }), announce(other))
      assert.deepEqual((await target.observe(never)).routes.get(v4)?.attributes?.bgp, { med: 2, communities: [6] })
      assert.deepEqual(await world.originated(), [`${v4}/32`, `${other}/32`].sort())
    })

    it('does nothing harmful when asked twice, nor when it withdraws what is not there', async () => {
      assert.deepEqual(await kinds(announce(v4), announce(v4)), ['done', 'done'])
      assert.deepEqual(await kinds(announce(v4)), ['done'])
      assert.deepEqual(await routes(), [v4])
      assert.deepEqual(await kinds(withdraw(v4), withdraw(v4), withdraw(other)), ['done', 'done', 'done'])
      assert.deepEqual(await kinds(withdraw(v4)), ['done'])
      assert.deepEqual(await routes(), [])
    })

    it('goes on after a change that is refused, and gives each its own outcome', routesAlone, async () => {
      const outcomes = await target.apply([announce(v4), refusable(other), announce(v6), withdraw(v4)], never)
      assert.deepEqual(
        outcomes.map(({ kind }) => kind),
        ['done', 'failed', 'done', 'done'],
      )
      assert.equal(errorOf(outcomes[1])?.code, 'rejected')
      assert.match(errorOf(outcomes[1])?.message ?? '', new RegExp(other.replaceAll('.', '\\.')))
      assert.deepEqual(await routes(), [v6])
    })

    it('makes no change outside the pools, in company or alone', async () => {
      await world.add('192.0.2.77/32')
      const outcomes = await target.apply([withdraw('192.0.2.77'), announce('192.0.2.78'), announce(v4)], never)
      assert.deepEqual(
        outcomes.map((outcome) => errorOf(outcome)?.code ?? outcome.kind),
        ['rejected', 'rejected', 'done'],
      )
      assert.deepEqual(await kinds(announce('2001:db8:54::1')), ['failed'])
      assert.deepEqual(await world.originated(), ['192.0.2.77/32', `${v4}/32`].sort())
      await world.lose('192.0.2.77/32')
    })

    it(
      'lists the host routes inside the pools that the router originates, whoever made them, and nothing else',
      routesAlone,
      async () => {
        const networks = [
          '203.0.113.99/32',
          '203.0.113.128/25',
          '192.0.2.77/32',
          '2001:db8:54::1/128',
          '2001:db8:53::/64',
        ]
        for (const network of networks) await world.add(network)
        for (const network of ['203.0.113.98/32', '2001:db8:53::98/128']) await world.learn(network)
        await established(edge)
        await kinds(announce(v4))
        assert.deepEqual(await routes(), [v4, '203.0.113.99'].sort())
        for (const network of networks) await world.lose(network)
      },
    )

    it('announces and withdraws a route that it also learned', routesAlone, async () => {
      await established(edge)
      await world.learn('203.0.113.97/32')
      await kinds(announce('203.0.113.97', { med: 3 }))
      assert.deepEqual((await target.observe(never)).routes.get('203.0.113.97')?.attributes?.bgp, { med: 3 })
      await kinds(withdraw('203.0.113.97'))
      assert.deepEqual(await routes(), [])
    })

    it('shows its sessions: kind, state, transport and the families that both ends speak', routesAlone, async () => {
      await established(edge)
      await established(core)
      const { sessions } = await target.observe(never)
      const shown = sessions.map(({ sent: _sent, state, established: is, ...one }) => ({
        ...one,
        state: is ? state : 'down',
        established: is,
      }))
      const up = { state: 'established', established: true }
      assert.deepEqual(
        shown.sort((a, b) => (a.neighbor < b.neighbor ? -1 : 1)),
        [
          { neighbor: edge, kind: 'ebgp', ...up, transport: 'ipv4', families: ['ipv4', 'ipv6'] },
          { neighbor: missing, kind: 'ebgp', state: 'down', established: false, transport: 'ipv4', families: ['ipv4'] },
          { neighbor: core, kind: 'ibgp', ...up, transport: 'ipv6', families: ['ipv4'] },
        ],
      )
    })

    it(
      'shows per session which routes were sent: not those that the policy keeps back or the session does not carry',
      routesAlone,
      async () => {
        await established(edge)
        await established(core)
        await kinds(announce(v4), announce(v6), announce(keptBack))
        const sent = async (neighbor: string): Promise<string[]> => [...((await session(neighbor))?.sent ?? [])].sort()
        assert.deepEqual(await sent(edge), [v6, v4].sort())
        assert.deepEqual(await sent(core), [v4])
        assert.deepEqual(await sent(missing), [])
        await kinds(withdraw(v4))
        assert.deepEqual(await sent(edge), [v6])
        assert.deepEqual(await routes(), [v6, keptBack].sort())
      },
    )

    it(
      'hints when somebody else deletes, changes or adds a route of ours, and not at our own changes',
      routesAlone,
      async () => {
        await kinds(announce(v4))
        const hints = listen()
        await hints.next('connected')
        await target.observe(never)
        await kinds(announce(v6), announce(other))
        await kinds(withdraw(other))
        await kinds(announce(v6, { med: 5 }))
        await world.add(`${v6}/128`, 9)
        assert.match(whatOf(await hints.next('changed')), new RegExp(v6))
        await world.lose(`${v4}/32`)
        assert.match(whatOf(await hints.next('changed')), new RegExp(v4))
        await world.add('203.0.113.99/32')
        assert.match(whatOf(await hints.next('changed')), /203\.0\.113\.99/)
        assert.deepEqual(await routes(), [v6, '203.0.113.99'].sort())
      },
    )

    if (told === 'routes')
      learnedContract({ world: () => world, neighbor: edge, listen, established: () => established(edge) })

    it('is unsure of changes that a frozen router never answered, and says when it answers again', async () => {
      await kinds(announce(v4))
      const hints = listen()
      await hints.next('connected')
      await world.freeze()
      const [outcomes, observation] = await Promise.all([
        target.apply([announce(other), withdraw(v4)], never),
        target.observe(never).catch((error: unknown) => error),
      ])
      assert.deepEqual(
        outcomes.map((outcome) => [outcome.kind, errorOf(outcome)?.code]),
        [
          ['unsure', 'timeout'],
          ['unsure', 'timeout'],
        ],
      )
      assert.equal((observation as { code?: string }).code, 'timeout')
      const lost = await hints.next('disconnected')
      assert.equal(lost.kind === 'disconnected' && lost.error.code, 'timeout')
      await world.thaw()
      await hints.next('connected')
      await kinds(withdraw(v4), withdraw(other))
      assert.deepEqual(await world.originated(), [])
    })

    it('says that a router which was restarted is connected again, and shows that it lost every route', async () => {
      await kinds(announce(v4))
      const hints = listen()
      await hints.next('connected')
      await world.kill()
      const lost = await hints.next('disconnected')
      assert.equal(lost.kind === 'disconnected' && lost.error.code, 'unreachable')
      const outcomes = await target.apply([announce(v4), withdraw(other)], never)
      // Whether the changes had left is seen sooner or later than the end itself: unsure or failed.
      assert.deepEqual(
        outcomes.map((outcome) => errorOf(outcome)?.code),
        Array(2).fill('unreachable'),
      )
      assert.ok(outcomes.every((outcome) => errorOf(outcome)?.retryable === true))
      await assert.rejects(target.observe(never), { name: 'TargetError', code: 'unreachable' })
      await world.start()
      await hints.next('connected')
      assert.deepEqual(await routes(), [])
      assert.deepEqual(await kinds(announce(v4)), ['done'])
      assert.deepEqual(await routes(), [v4])
    })

    it('tries nothing once the signal is aborted', async () => {
      const outcomes = await target.apply([announce(v4), announce(v6)], AbortSignal.abort())
      assert.deepEqual(
        outcomes.map(({ kind }) => kind),
        ['failed', 'failed'],
      )
      assert.deepEqual(await routes(), [])
      await assert.rejects(target.observe(AbortSignal.abort()), { name: 'TargetError' })
    })

    it('ends its hints when the signal aborts', async () => {
      const life = new AbortController()
      for await (const hint of target.hints(life.signal)) if (hint.kind === 'connected') life.abort()
      for await (const hint of target.hints(AbortSignal.abort())) assert.fail(`a hint after the end: ${hint.kind}`)
    })
  })
}

const v4 = '203.0.113.53'
const v6 = '2001:db8:53::53'
const other = '203.0.113.54'
