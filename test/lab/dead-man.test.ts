import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, describe, it } from 'node:test'
import type { Lab } from '../../testnet/lab/lab.js'
import { childOf, sendSignal } from '../../testnet/lab/proc.js'
import { wallClock } from '../../testnet/observe/clock.js'
import { followRoutes, type RouteEvents } from '../../testnet/observe/route-events.js'
import { hostRoute } from '../../testnet/observe/routes.js'
import { waitFor } from '../../testnet/observe/wait.js'
import { followAddresses, type AddressEvents } from './support/address-events.js'
import { freeze, Host, type Daemon } from './support/host.js'
import { routesAt, startRedistribute } from './support/redistribute.js'
import { vip4, vip6 } from './support/two-hosts.js'

/** Milliseconds; short, and long enough that a busy machine does not miss a refresh. */
const deadMan = 4_000

const configuration = (lifecycle: string): string => `pools: [203.0.113.0/24, "2001:db8:53::/48"]
lifecycle: {${lifecycle}}
routers: {any: {type: kernel}}
vips: {web: {addresses: [${vip4}, "${vip6}"]}}
`

describe("the dead man's switch of the kernel", () => {
  let lab: Lab
  let host: Host
  let daemon: Daemon
  let addresses: AddressEvents
  let routes: RouteEvents
  before(async () => {
    lab = await startRedistribute()
    host = new Host(lab.node('host1'))
  })
  after(() => lab?.stop())
  beforeEach(async () => {
    addresses = await followAddresses(host.node)
    routes = await followRoutes(lab.node('bgp'))
  })
  afterEach(() => routes.stop())

  /** Starts vipcast, and waits until its VIP is upstream. */
  async function live(lifecycle: string): Promise<void> {
    daemon = await host.startDaemon(configuration(lifecycle))
    await routesAt(lab, ['bgp'], [vip4, vip6], true, () => daemon.explain())
  }

  /** The process that would withdraw behind vipcast: here the kernel has to do it alone. */
  function withoutGuard(signal: 'SIGSTOP' | 'SIGKILL'): number {
    const guard = childOf(daemon.process.pid)
    assert.ok(guard !== undefined, 'vipcast has no guard')
    sendSignal(guard, signal)
    return guard
  }

  /** Both addresses are removed by the kernel within the bound, and BIRD follows. */
  async function goneWithinBound(since: number): Promise<void> {
    for (const vip of [vip4, vip6].map(hostRoute)) {
      const options = { what: `${vip} goes by itself` }
      const unbound = await addresses.waitFor(({ address, kind }) => address === vip && kind === 'unbound', options)
      await routes.waitFor(({ prefix, kind }) => prefix === vip && kind === 'gone', options)
      assert.ok(
        unbound.at - since <= deadMan,
        `${vip} was removed ${unbound.at - since} ms after the last sign of life`,
      )
    }
  }

  /** So many times that both were bound or refreshed, and no moment without them on the host and upstream. */
  async function refreshed(times: number): Promise<void> {
    for (const vip of [vip4, vip6].map(hostRoute)) {
      const again = (): number =>
        addresses.all.filter(({ address, kind }) => address === vip && kind === 'bound').length
      await waitFor(() => again() > times, { what: `${vip} is refreshed`, explain: () => daemon.explain() })
    }
    assert.deepEqual(
      addresses.all.filter(({ kind }) => kind === 'unbound'),
      [],
    )
    assert.deepEqual(
      routes.all.filter(({ kind }) => kind === 'gone'),
      [],
    )
  }

  it('is held by refreshes, which nobody upstream notices, and lets the routes go when vipcast and its guard are killed', async () => {
    await live(`deadMan: ${deadMan}ms`)
    await refreshed(3)
    withoutGuard('SIGKILL')
    const since = wallClock()
    await daemon.crash()
    await goneWithinBound(since)
  })

  it('lets the routes go when vipcast and its guard are frozen', async () => {
    await live(`deadMan: ${deadMan}ms`)
    const guard = withoutGuard('SIGSTOP')
    const since = wallClock()
    await freeze(daemon.process)
    await goneWithinBound(since)
    sendSignal(guard, 'SIGKILL')
    await daemon.crash()
  })

  it('is taken over by a life that follows in time, taken off by a stop that keeps everything, and put on again', async () => {
    await live('onStop: keep')
    await daemon.crash()
    await live('onStop: keep')
    await refreshed(1)
    assert.doesNotMatch(await shown(), /valid_lft forever/)
    await daemon.stop()
    assert.match(await shown(), /valid_lft forever[^]*valid_lft forever/)
    await live('onStop: withdraw')
    await waitFor(async () => !(await shown()).includes('valid_lft forever'), { what: 'both have a lifetime again' })
    await daemon.stop()
  })

  it('is not there with onCrash: keep', async () => {
    await live('onCrash: keep')
    assert.match(await shown(), /valid_lft forever[^]*valid_lft forever/)
    await daemon.stop()
  })

  /** Both addresses, as iproute2 shows them. */
  async function shown(): Promise<string> {
    const text = await host.node.output(['ip', '-oneline', 'address', 'show', 'dev', 'lo'])
    const lines = text.split('\n').filter((line) => line.includes(vip4) || line.includes(vip6))
    assert.equal(lines.length, 2, text)
    return lines.join('\n')
  }
})
