import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import { nextHopsOf } from '../../testnet/observe/routes.js'
import type { FrrGrpcWorld } from '../support/frr-grpc-world.js'
import { HintReader } from '../support/hint-reader.js'
import { announce, errorOf, whatOf, withdraw } from '../support/routes.js'
import { waitFor } from '../support/wait.js'

const never = new AbortController().signal

/** What is particular to an FRR over its northbound: the bound address is announced, once it is let through. */
export function frrGrpcSuite(name: string, open: () => Promise<FrrGrpcWorld>): void {
  describe(`bgpd over its northbound, ${name}`, () => {
    let world: FrrGrpcWorld
    before(async () => {
      world = await open()
    })
    after(async () => await world?.close())
    afterEach(async () => {
      await world.own.output(['ip', 'address', 'flush', 'dev', 'lo', 'scope', 'global'])
      const { target } = world
      const left = [...(await target.observe(never)).routes.values()]
      await target.apply(
        left.map(({ address }) => ({ kind: 'withdraw', address })),
        never,
      )
    })
    const kinds = async (...changes: Parameters<FrrGrpcWorld['target']['apply']>[0]): Promise<string[]> =>
      (await world.target.apply(changes, never)).map(({ kind }) => kind)
    const bind = (text: string): Promise<string> =>
      world.own.output(['ip', 'address', 'add', `${text}/${text.includes(':') ? 128 : 32}`, 'dev', 'lo'])
    const upstream = (text: string, isThere: boolean): Promise<void> =>
      waitFor(
        `${text} is ${isThere ? '' : 'not '}upstream`,
        async () => ((await nextHopsOf(world.edge, text)) !== undefined) === isThere,
      )

    it('announces what is bound and let through, of both families, and neither of the two alone', async () => {
      for (const text of [v4, v6, other]) await bind(text)
      assert.deepEqual(await kinds(announce(v4), announce(v6), announce(unbound)), ['done', 'done', 'done'])
      for (const text of [v4, v6]) await upstream(text, true)
      for (const text of [other, unbound]) await upstream(text, false)
    })

    it('withdraws what is no longer let through, and the last one of all too', async () => {
      for (const text of [v4, other]) await bind(text)
      await kinds(announce(v4), announce(other))
      await upstream(v4, true)
      await kinds(withdraw(v4))
      await upstream(v4, false)
      await upstream(other, true)
      await kinds(withdraw(other))
      await upstream(other, false)
      assert.deepEqual(await world.originated(), [])
    })

    it('withdraws at once what is unbound', async () => {
      await bind(v4)
      await kinds(announce(v4))
      await upstream(v4, true)
      await world.own.output(['ip', 'address', 'del', `${v4}/32`, 'dev', 'lo'])
      await upstream(v4, false)
    })

    it('changes nothing of the prefix lists, route-maps and neighbors that are the operator’s', async () => {
      await world.frr.configure('bgpd', 'ip prefix-list vipcast-lab seq 5 permit 203.0.113.0/24 le 32')
      await world.frr.configure('bgpd', 'route-map customers permit 10', 'match ip address prefix-list vipcast-lab')
      await kinds(announce(v4))
      await kinds(withdraw(v4))
      const before = await config(world)
      await kinds(announce(v4), announce(v6))
      await world.frr.configure('bgpd', 'ip prefix-list vipcast-lab seq 6 permit 192.0.2.0/24')
      await kinds(withdraw(v4), withdraw(v6))
      const after = await config(world)
      assert.deepEqual(
        after.filter((line) => !before.includes(line)),
        ['ip prefix-list vipcast-lab seq 6 permit 192.0.2.0/24'],
      )
      assert.deepEqual(
        before.filter((line) => !after.includes(line)),
        [],
      )
      for (const line of ['no ip prefix-list vipcast-lab', 'no route-map customers'])
        await world.frr.configure('bgpd', line)
    })

    it('is busy while somebody else holds the lock of the configuration, and gives its own back', async () => {
      await kinds(announce(v4))
      const giveBack = await world.holdLock()
      const [outcome] = await world.target.apply([announce(other)], never)
      assert.equal(errorOf(outcome)?.code, 'busy')
      await giveBack()
      assert.deepEqual(await kinds(announce(other)), ['done'])
      await world.frr.configure('bgpd', 'ip prefix-list customers seq 5 permit 192.0.2.0/24')
      await world.frr.configure('bgpd', 'no ip prefix-list customers')
    })

    it('takes a lock back that a life before it left', async () => {
      await world.holdLock()
      assert.deepEqual(
        (await world.another().apply([announce(v4)], never)).map(({ kind }) => kind),
        ['done'],
      )
    })

    it('hints when somebody else takes an address away or lets one through, and not at its own changes', async () => {
      await kinds(announce(v4))
      const hints = new HintReader(world.target)
      try {
        await hints.next('connected')
        await kinds(announce(v6), announce(other))
        await kinds(withdraw(other))
        await world.lose(`${v4}/32`)
        assert.match(whatOf(await hints.next('changed')), /203\.0\.113\.53/)
        await world.add('203.0.113.99/32')
        assert.match(whatOf(await hints.next('changed')), /203\.0\.113\.99/)
      } finally {
        await hints.end()
      }
    })

    it('says so when another daemon of FRR answers at the address', async () => {
      const [outcome] = await world.atZebra().apply([announce(v4)], never)
      assert.equal(errorOf(outcome)?.code, 'unsupported')
      await assert.rejects(world.atZebra().observe(never), {
        name: 'TargetError',
        code: 'unsupported',
        message: /bgpd/,
      })
    })
  })
}

async function config({ frr }: FrrGrpcWorld): Promise<string[]> {
  return (await frr.show('bgpd', 'show running-config')).split('\n')
}

const v4 = '203.0.113.53'
const v6 = '2001:db8:53::53'
const other = '203.0.113.54'
const unbound = '203.0.113.55'
