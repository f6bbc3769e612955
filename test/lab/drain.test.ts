import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Lab } from '../../testnet/lab/lab.js'
import type { NodeProcess } from '../../testnet/lab/process.js'
import { birdRoutes, type BirdRoute } from '../../testnet/observe/bird.js'
import { hostRoute, nextHopsOf } from '../../testnet/observe/routes.js'
import { waitFor } from '../../testnet/observe/wait.js'
import { edge, Host, type Daemon } from './support/host.js'
import { host1 as at1, host2 as at2, startTwoHosts, vip4 } from './support/two-hosts.js'

const web = hostRoute(vip4)
const homes = '203.0.113.20'

const configuration = (drainTime: string): string => `${edge}vips:
  web: {addresses: [${vip4}], announce: {bgp: {communities: ["65001:1"]}}, settle: 50ms, drain: {time: ${drainTime}}}
  homes: {mode: manual, addresses: [${homes}], settle: 50ms}
`

describe('an operator moves traffic', () => {
  let lab: Lab
  let host1: Host
  let host2: Host
  let daemon1: Daemon
  let daemon2: Daemon
  before(async () => {
    lab = await startTwoHosts()
    host1 = new Host(lab.node('host1'))
    host2 = new Host(lab.node('host2'))
    for (const host of [host1, host2]) await host.startService()
    await host1.configure(configuration('2s'))
    await host2.configure(configuration('10s'))
    ;[daemon1, daemon2] = await Promise.all([host1.startDaemon(), host2.startDaemon()])
    await carriedBy(at1.ipv4, at2.ipv4)
  })
  after(() => lab?.stop())

  const carriedBy = (...hosts: readonly string[]): Promise<unknown> =>
    waitFor(
      async () => ((await nextHopsOf(lab.node('router'), vip4)) ?? []).toSorted().join() === hosts.toSorted().join(),
      {
        what: `${web} is carried by ${hosts.join(' and ') || 'nobody'}`,
      },
    )

  const pathOf = async (next: string): Promise<BirdRoute | undefined> =>
    (await birdRoutes(lab.node('router'), web)).find(({ nextHops }) => nextHops.includes(next))

  /** A client that holds one connection to the VIP open until it is killed. */
  const connect = (): Promise<NodeProcess> =>
    lab.node('client').spawn(['bash', '-c', `exec 3<>/dev/tcp/${vip4}/8080; sleep 60`])

  describe('by a drain', () => {
    it('makes the route the last choice first, and withdraws it when drain.time is over', async () => {
      const asked = host1.cli(['drain', 'web'])
      await carriedBy(at2.ipv4)
      const path = await pathOf(at1.ipv4)
      assert.equal(path?.attributes['BGP.med'], '4294967295')
      assert.equal(path.attributes['BGP.as_path'], '65001 65001 65001 65001')
      assert.equal(path.attributes['BGP.community'], '(65001,1) (65535,0)')
      assert.equal((await asked).code, 0)
      await waitFor(async () => (await pathOf(at1.ipv4)) === undefined, { what: 'the drained route is withdrawn' })
      const { code, stdout } = await host1.cli(['status'])
      assert.match(stdout, /^web +up +drained/m)
      assert.equal(code, 0, 'an operator wished it')
    })

    it('is ended by undrain: announced as before', async () => {
      assert.equal((await host1.cli(['undrain', 'web'])).code, 0)
      await carriedBy(at1.ipv4, at2.ipv4)
    })

    it('waited for returns while it is announced, as soon as nobody is connected any more', async () => {
      const { code, stdout } = await host2.cli(['drain', 'web', '--wait'])
      assert.equal(code, 0, stdout)
      assert.match(stdout, /^web: no TCP connection is left\.$/m)
      assert.match((await host2.cli(['status'])).stdout, /^web +up +draining/m)
    })

    it('waited for while somebody stays connected returns when drain.time is over, and says how many: exit 3', async () => {
      await carriedBy(at1.ipv4)
      const client = await connect()
      await waitFor(async () => (await host1.node.output(['ss', '-Htn', 'state', 'established'])).includes(vip4), {
        what: 'the client is connected',
      })
      const { code, stdout } = await host1.cli(['drain', 'web', '--wait'])
      assert.match(stdout, /^web: drain\.time is over, 1 TCP connection is left\.$/m)
      assert.equal(code, 3)
      client.kill('SIGKILL')
    })

    it('that was for a time ends by itself', async () => {
      await host1.cli(['undrain', 'web'])
      const since = daemon1.log.length
      await host1.cli(['drain', 'web', '--for', '1500ms'])
      const reasons = (): string =>
        daemon1.log
          .slice(since)
          .flatMap(({ kind, vip, reason }) => (kind === 'route' && vip === 'web' ? (reason ?? []) : []))
          .join()
      await waitFor(() => /draining.*announced/.test(reasons()), {
        what: 'it drains, and is announced again',
        explain: () => daemon1.explain(),
      })
    })
  })

  describe('by a drain that a start finds under way', () => {
    it('announces nothing anew, where the life before had withdrawn all', async () => {
      await host2.cli(['undrain', 'web'])
      await host2.cli(['drain', 'web'])
      const drains = async (): Promise<boolean> => /^web +up +draining/m.test((await host2.cli(['status'])).stdout)
      await waitFor(drains, { what: 'it drains' })
      await daemon2.stop()
      const next = await host2.startDaemon()
      assert.match((await host2.cli(['status'])).stdout, /^web +up +drained/m)
      assert.deepEqual(
        next.log.filter(({ reason }) => reason === 'draining'),
        [],
      )
    })
  })

  describe('by claim and release of a VIP of mode manual', () => {
    const there = async (): Promise<boolean> => (await nextHopsOf(lab.node('router'), homes)) !== undefined
    const bound = async (): Promise<boolean> =>
      (await host1.node.output(['ip', '-4', '-o', 'address', 'show', 'dev', 'lo'])).includes(homes)

    it('is neither bound nor announced before it is claimed, as wished', async () => {
      const { code, stdout } = await host1.cli(['status'])
      assert.match(stdout, /^homes +up +unclaimed/m)
      assert.equal(code, 0)
      assert.deepEqual([await bound(), await there()], [false, false])
    })

    it('is announced when claim --wait returns, also the second time', async () => {
      for (const times of ['once', 'twice']) {
        const { code, stdout } = await host1.cli(['claim', 'homes', '--wait', '5s'])
        assert.deepEqual([times, code, stdout], [times, 0, 'homes is announced.\n'])
      }
      await waitFor(there, { what: 'the route is upstream' })
      assert.ok(await bound())
    })

    it('is gone from the network and unbound when release --wait returns, also the second time', async () => {
      for (const times of ['once', 'twice']) {
        const { code, stdout } = await host1.cli(['release', 'homes', '--wait', '5s'])
        assert.deepEqual([times, code, stdout], [times, 0, 'homes is unbound.\n'])
      }
      assert.ok(!(await bound()))
      await waitFor(async () => !(await there()), { what: 'the route is gone upstream' })
    })
  })
})
