import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { RouteSource } from '../../src/domain/learned.js'
import type { HintReader } from '../support/hint-reader.js'
import { address, announce } from '../support/routes.js'
import type { RouterTarget } from '../../src/domain/target.js'

/** A router, and a neighbor of it that announces what it is told to. */
export interface LearningWorld {
  readonly target: RouterTarget
  learn(network: string): Promise<void>
  forget(network: string): Promise<void>
}

/** The part of the contract about routes that neighbors announce around an address, for those who seek. */
export function learnedContract(suite: {
  readonly world: () => LearningWorld
  /** The address of the neighbor. */
  readonly neighbor: string
  readonly listen: () => HintReader
  /** Waits for the session with the neighbor. */
  readonly established: () => Promise<void>
}): void {
  const never = new AbortController().signal
  const prepare = async (): Promise<LearningWorld> => {
    await suite.established()
    const world = suite.world()
    await world.target.apply([announce(v4)], never)
    return world
  }
  const sources = async (text: string): Promise<ReadonlyMap<string, RouteSource>> => {
    const { learned } = await suite.world().target.observe(never)
    return new Map((learned?.routes.get(text) ?? []).map(({ prefix, source }) => [prefix.text, source]))
  }

  it('tells what neighbors announce around an address that is sought, and nothing while none is', async () => {
    const world = await prepare()
    assert.equal((await world.target.observe(never)).learned?.routes.size, 0)
    const networks = ['203.0.113.53/32', '203.0.113.32/27', '203.0.113.128/25', '2001:db8:53::/64']
    for (const network of networks) await world.learn(network)
    world.target.seek([v4, v6, nobody].map(address))
    const found = await sources(v4)
    assert.deepEqual(
      [...found.keys()].sort(),
      ['203.0.113.32/27', '203.0.113.53/32'],
      'and not what it originates itself',
    )
    assert.deepEqual([...(await sources(v6)).keys()], ['2001:db8:53::/64'])
    assert.deepEqual([...(await sources(nobody)).keys()], [])
    const source = found.get('203.0.113.32/27')
    assert.ok(source?.kind === 'bgp')
    assert.deepEqual([source.neighbor, source.asPath.length, source.nextHop], [suite.neighbor, 1, suite.neighbor])
    for (const network of networks) await world.forget(network)
    world.target.seek([])
  })

  it('hints when a neighbor begins or ceases to announce what is sought, its host route behind ours too', async () => {
    const world = await prepare()
    const hints = suite.listen()
    await hints.next('connected')
    world.target.seek([address(v4)])
    for (const network of ['203.0.113.48/28', `${v4}/32`]) {
      await world.learn(network)
      while (!(await sources(v4)).has(network)) await hints.any()
      await world.forget(network)
      while ((await sources(v4)).has(network)) await hints.any()
    }
    world.target.seek([])
  })
}

const v4 = '203.0.113.53'
const v6 = '2001:db8:53::53'
const nobody = '198.18.255.1'
