import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { childOf, sendSignal } from '../../testnet/lab/proc.js'
import type { NodeProcess } from '../../testnet/lab/process.js'
import { hostRoute } from '../../testnet/observe/routes.js'
import { waitFor } from '../../testnet/observe/wait.js'
import { frrWeb, startFrrHost, type FrrHost } from './support/frr-host.js'
import type { Daemon } from './support/host.js'
import { vip4, vip6 } from './support/two-hosts.js'

const both = [vip4, vip6]
const configured = frrWeb('announce: {bgp: {med: 100}}')

describe('with FRR as router', () => {
  let lab: FrrHost
  let daemon: Daemon
  let service: NodeProcess
  before(async () => {
    lab = await startFrrHost()
    daemon = await lab.host.startDaemon(configured)
    await serve()
  })
  after(() => lab?.close())

  const upstream = (isThere: boolean, vips: readonly string[] = both): Promise<void> =>
    lab.upstream(vips, isThere, daemon)
  const configuration = (): Promise<string> => lab.world.frr.show('bgpd', 'show running-config')
  const eventually = (what: string, fits: () => Promise<boolean>): Promise<unknown> =>
    waitFor(fits, { what, explain: () => daemon.explain() })
  async function serve(): Promise<void> {
    service = await lab.serve(daemon)
  }

  it('a bgpd that is killed has its routes back as soon as it runs again', async () => {
    await lab.world.frr.kill('bgpd')
    await lab.reason('router-unreachable', daemon)
    await lab.world.frr.start('bgpd')
    await lab.reason('announced', daemon)
    await upstream(true)
  })

  it('a bgpd that hangs is reported, and has what changed meanwhile when it goes on', async () => {
    await lab.world.frr.signal('bgpd', 'STOP')
    await lab.reason('router-unreachable', daemon)
    service.kill('SIGKILL')
    await lab.reason('withdraw-failed', daemon)
    await lab.world.frr.signal('bgpd', 'CONT')
    await upstream(false)
    await lab.reason('check-failed', daemon)
    await serve()
  })

  it('with a saved configuration and a dead service, nothing is announced for a moment', async () => {
    await lab.host.node.output(['vtysh', '-c', 'write memory'])
    await daemon.crash()
    await lab.world.frr.kill('bgpd')
    service.kill('SIGKILL')
    for (const vip of both) await lab.host.node.exec(['ip', 'address', 'del', vip, 'dev', 'lo'])
    // The neighbors keep what they had from a bgpd that dies until the next one says that it has nothing.
    await lab.world.frr.start('bgpd')
    await upstream(false)
    const seen = lab.routes.all.length
    assert.match(await configuration(), new RegExp(`network ${vip4}/32 route-map vipcast-`))
    daemon = await lab.host.startDaemon(configured)
    await eventually('swept and bound', async () => (await lab.host.addresses()).length === 2)
    assert.doesNotMatch(await configuration(), /network|vipcast-\w+$/m)
    await lab.reason('check-failed', daemon)
    await lab.world.settled()
    assert.deepEqual(
      lab.routes.all.slice(seen).filter(({ prefix }) => both.map(hostRoute).includes(prefix)),
      [],
    )
    await serve()
  })

  it('a vipcast that is killed with its guard takes its routes along, by the lifetime of the addresses', async () => {
    await daemon.stop()
    daemon = await lab.host.startDaemon(`lifecycle: {deadMan: 3s}\n${configured}`)
    await upstream(true)
    const guard = childOf(daemon.process.pid)
    assert.ok(guard !== undefined, 'vipcast has no guard')
    sendSignal(guard, 'SIGKILL')
    await daemon.crash()
    await upstream(false)
    assert.deepEqual(await lab.host.addresses(), [])
    daemon = await lab.host.startDaemon()
    await upstream(true)
  })

  // The last: bgpd looks for zebra once, and then not for ten seconds; what is bound meanwhile waits for that.
  it('a zebra that is killed loses nothing for longer than it is away', async () => {
    await lab.world.frr.kill('zebra')
    await lab.world.frr.start('zebra')
    await upstream(true)
    await lab.reason('announced', daemon)
  })
})
