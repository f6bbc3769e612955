import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Lab } from '../../testnet/lab/lab.js'
import type { NodeProcess } from '../../testnet/lab/process.js'
import { wallClock } from '../../testnet/observe/clock.js'
import { followRoutes, type RouteEvent, type RouteEvents } from '../../testnet/observe/route-events.js'
import { nextHopsOf } from '../../testnet/observe/routes.js'
import { waitFor } from '../../testnet/observe/wait.js'
import { Host, web } from './support/host.js'
import { host1 as at1, host2 as at2, startTwoHosts, vip4, vip6 } from './support/two-hosts.js'

/** Milliseconds of hold-down in this story. */
const holdDown = 1_500

describe('two hosts with the same VIP', () => {
  let lab: Lab
  let routes: RouteEvents
  let service: NodeProcess
  let host1: Host
  let killedAt = 0
  before(async () => {
    lab = await startTwoHosts()
    routes = await followRoutes(lab.node('router'))
    host1 = new Host(lab.node('host1'))
    const host2 = new Host(lab.node('host2'))
    ;[service] = await Promise.all([host1.startService(), host2.startService()])
    const configuration = web(`holdDown: ${holdDown}ms`)
    await Promise.all([host1.startDaemon(configuration), host2.startDaemon(configuration)])
  })
  after(() => lab?.stop())

  /** The first moment since `since` from which both families have this many next hops upstream; its later event. */
  async function paths(count: number, since: number): Promise<RouteEvent> {
    const events = await Promise.all(
      [`${vip4}/32`, `${vip6}/128`].map((prefix) =>
        routes.waitFor((event) => event.at >= since && event.prefix === prefix && event.nextHops.length === count, {
          what: `${prefix} has ${count} next hops at the router`,
        }),
      ),
    )
    const [first, second] = events as [RouteEvent, RouteEvent]
    return first.at > second.at ? first : second
  }

  it('are both next hops of its host routes in the upstream kernel, for IPv4 and IPv6', async () => {
    await paths(2, 0)
    assert.deepEqual(await nextHopsOf(lab.node('router'), vip4), [at1.ipv4, at2.ipv4])
    assert.equal((await nextHopsOf(lab.node('router'), vip6))?.length, 2)
  })

  it('lose a killed service from the upstream kernel, and the other host stays', async () => {
    killedAt = wallClock()
    service.kill('SIGKILL')
    await paths(1, killedAt)
    assert.deepEqual(await nextHopsOf(lab.node('router'), vip4), [at2.ipv4])
    const [hop] = (await nextHopsOf(lab.node('router'), vip6)) ?? []
    assert.ok(hop)
    const { stdout } = await lab.node('router').exec(['ip', '-6', 'neighbor', 'show', hop, 'dev', 'eth3'])
    assert.match(stdout, /./, 'the next hop that is left is the one at host2')
  })

  it('keep the addresses bound while the service is down', async () => {
    assert.deepEqual(await host1.addresses(), [`${vip6}/128`, `${vip4}/32`])
  })

  it('announce a service again that came back, not before its hold-down is over', async () => {
    const recovered = wallClock()
    service = await host1.startService()
    const back = await paths(2, recovered)
    assert.ok(back.at - killedAt > holdDown, `announced ${back.at - killedAt} ms after the kill`)
    const status = async (): Promise<string> => (await host1.cli(['status'])).stdout
    await waitFor(async () => /^web +up +announced /m.test(await status()), {
      what: 'the status says so once the router was read back',
      explain: status,
    })
  })
})
