import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Dialect } from '../../src/routers/frr/ospf/dialect.js'
import { Frr } from '../../testnet/lab/frr.js'
import type { FrrWorld } from '../support/frr-world.js'
import { HintReader } from '../support/hint-reader.js'
import { announceOspf, host, OspfWorld } from '../support/ospf-world.js'
import { address, withdraw } from '../support/routes.js'

const around = {
  ipv4: { vip: '203.0.113.53', network: '203.0.113.48/28' },
  ipv6: { vip: '2001:db8:53::53', network: '2001:db8:53::/64' },
} as const

/** What a neighbor announces by OSPF around an address that is sought. */
export function ospfLearnedSuite(dialect: Dialect, opened: () => FrrWorld): void {
  const { daemon, family, instance } = dialect
  const { vip, network } = around[family]

  describe(`what ${daemon} learned`, () => {
    let shared: FrrWorld
    let world: OspfWorld
    before(async () => {
      shared = opened()
      world = new OspfWorld(shared, dialect)
      await world.bind(vip)
      await world.apply(announceOspf(vip, { metric: 20 }))
      await new Frr(shared.area).configure(daemon, instance, 'redistribute kernel')
    })
    after(async () => {
      await new Frr(shared.area).configure(daemon, instance, 'no redistribute kernel')
      await world.apply(withdraw(vip))
      await world.unbind(vip)
    })
    const route = (word: 'add' | 'del', to: string): Promise<unknown> =>
      shared.area.output(['ip', 'route', word, to, 'dev', 'eth1'])
    const learned = async (): Promise<string[]> =>
      ((await world.look()).learned?.routes.get(vip) ?? []).flatMap(({ prefix, source }) =>
        source.kind === 'ospf' ? [prefix.text] : [],
      )

    it('is told of an address that is sought, its host route behind ours too, and hinted at', async () => {
      assert.equal((await world.look()).learned?.routes.size, 0, 'nothing is sought')
      const hints = new HintReader(world.target)
      await hints.next('connected')
      world.target.seek([address(vip)])
      for (const to of [network, host(vip)]) {
        await route('add', to)
        while (!(await learned()).includes(to)) await hints.any()
        await route('del', to)
        while ((await learned()).includes(to)) await hints.any()
      }
      await hints.end()
    })
  })
}
