import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { FittedAttributes } from '../../../../src/domain/attributes.js'
import { TargetError, type RouteChange } from '../../../../src/domain/target.js'
import { systemClock } from '../../../../src/platform/clock.js'
import { DaemonsTarget } from '../../../../src/routers/frr/together.js'
import { createFakeRouter, type FakeRouter } from '../../../support/fake-router.js'
import { address, announce, prefix, withdraw } from '../../../support/routes.js'

const never = new AbortController().signal
const v4 = '203.0.113.53'
const v6 = '2001:db8:53::53'
const pools = ['203.0.113.0/24', '2001:db8:53::/48'].map(prefix)

interface World {
  readonly bgpd: FakeRouter
  readonly ospfd: FakeRouter
  readonly target: DaemonsTarget
}

/** A bgpd that carries both families, and an ospfd. */
function open(): World {
  const bgpd = createFakeRouter('core', pools)
  const ospfd = createFakeRouter('core', pools)
  const parts = [
    { target: bgpd, protocol: 'bgp', families: ['ipv4', 'ipv6'] },
    { target: ospfd, protocol: 'ospf', families: ['ipv4'] },
  ] as const
  return { bgpd, ospfd, target: new DaemonsTarget('core', parts, systemClock) }
}

async function kinds({ target }: World, ...changes: RouteChange[]): Promise<string[]> {
  return (await target.apply(changes, never)).map(({ kind }) => kind)
}

async function attributesIn({ target }: World, text: string): Promise<FittedAttributes | null | undefined> {
  return (await target.observe(never)).routes.get(text)?.attributes
}

describe('the daemons of one FRR', () => {
  it('are told what is of their family, each with the attributes of its protocol', async () => {
    const world = open()
    const both = { bgp: { med: 7 }, ospf: { as: 'internal', metric: 30 }, interface: 'lo' } as const
    const change = { kind: 'announce', address: address(v4), attributes: both } as const
    assert.deepEqual(await kinds(world, change, announce(v6, { med: 8 })), ['done', 'done'])
    assert.deepEqual(
      world.bgpd.asked.map((each) => each.kind === 'announce' && each.attributes),
      [
        { bgp: { med: 7 }, ospf: {} },
        { bgp: { med: 8 }, ospf: {} },
      ],
    )
    assert.deepEqual(
      world.ospfd.asked.map((each) => each.kind === 'announce' && each.attributes),
      [{ bgp: {}, ospf: { as: 'internal', metric: 30 }, interface: 'lo' }],
    )
    assert.deepEqual((await attributesIn(world, v4))?.bgp, { med: 7 })
    assert.deepEqual(await attributesIn(world, v6), { bgp: { med: 8 }, ospf: {} })
  })

  it('leave nobody sure of a route that one of them has and the other refused', async () => {
    const world = open()
    const error = new TargetError('conflict', 'his line holds the place')
    world.ospfd.refuse(address(v4), error)
    assert.deepEqual(await world.target.apply([announce(v4)], never), [{ kind: 'unsure', error }])
    assert.equal(await attributesIn(world, v4), null)
    world.ospfd.refuse(address(v4), null)
    assert.deepEqual(await kinds(world, withdraw(v4)), ['done'])
    assert.equal(await attributesIn(world, v4), undefined)
  })

  it('are both told to withdraw, though one of them does not answer', async () => {
    const world = open()
    await kinds(world, announce(v4))
    world.bgpd.become('down')
    assert.deepEqual(await kinds(world, withdraw(v4)), ['unsure'])
    assert.deepEqual(world.ospfd.originated(), [])
    await assert.rejects(world.target.observe(never), TargetError, 'what bgpd holds must not be taken for gone')
  })

  it('refuse as one what all of them refused', async () => {
    const world = open()
    world.bgpd.become('down')
    world.ospfd.become('down')
    assert.deepEqual(await kinds(world, announce(v4)), ['failed'])
  })

  it('tell together of what each of them tells', async () => {
    const world = open()
    const own = new AbortController()
    const hints = world.target.hints(own.signal)[Symbol.asyncIterator]()
    assert.equal((await hints.next()).value?.kind, 'connected')
    world.ospfd.become('down')
    let kind: string | undefined
    while (kind !== 'disconnected') kind = (await hints.next()).value?.kind
    own.abort()
    assert.equal((await hints.next()).done, true)
  })
})
