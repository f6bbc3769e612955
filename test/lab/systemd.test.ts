import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Lab } from '../../testnet/lab/lab.js'
import type { NodeProcess } from '../../testnet/lab/process.js'
import { wallClock } from '../../testnet/observe/clock.js'
import { followRoutes, type RouteEvents } from '../../testnet/observe/route-events.js'
import { waitFor } from '../../testnet/observe/wait.js'
import { busConfiguration } from '../support/message-bus.js'
import { edge, Host, type Daemon } from './support/host.js'
import { project, startTwoHosts, vip4 } from './support/two-hosts.js'

/** The next poll is an hour away: what happens before is the word of systemd. */
const configuration = `${edge}vips:
  web:
    addresses: [${vip4}]
    holdDown: 0s
    damping: false
    checks: [{type: systemd, unit: web, interval: 1h, fastInterval: 50ms, rise: 1, fall: 1}]
`

describe('a unit of systemd', () => {
  let lab: Lab
  let routes: RouteEvents
  let host: Host
  let systemd: NodeProcess
  let daemon: Daemon
  before(async () => {
    lab = await startTwoHosts()
    routes = await followRoutes(lab.node('router'))
    host = new Host(lab.node('host1'))
    await host.node.writeFile('/etc/bus.conf', busConfiguration('/run/dbus/system_bus_socket'))
    await host.node.output(['mkdir', '-p', '/run/dbus'])
    await ready(['dbus-daemon', '--config-file=/etc/bus.conf', '--nofork', '--print-address'], /^unix:/m)
    const main = `${project}build/test/support/fake-systemd-main.js`
    systemd = await ready([process.execPath, main, 'web.service'], /^ready$/m)
    daemon = await host.startDaemon(configuration)
  })
  after(() => lab?.stop())

  async function ready(command: string[], says: RegExp): Promise<NodeProcess> {
    const started = await host.node.spawn(command)
    await waitFor(() => says.test(started.tail()), { what: `${command[0]} is ready`, explain: () => started.tail() })
    return started
  }

  const upstream = (kind: 'set' | 'gone', since: number): Promise<{ at: number }> =>
    routes.waitFor((event) => event.at >= since && event.prefix === `${vip4}/32` && event.kind === kind, {
      what: `the route is ${kind} upstream`,
      explain: () => daemon.explain(),
    })

  it('takes the route along when it fails, and brings it back, without a poll', async () => {
    await upstream('set', 0)
    const failed = wallClock()
    systemd.kill('SIGUSR1')
    await upstream('gone', failed)
    const { stdout } = await host.cli(['explain', 'web'])
    assert.match(stdout, /^web is not announced: check-failed [^]*^systemd: failed$/m)
    const active = wallClock()
    systemd.kill('SIGUSR2')
    await upstream('set', active)
  })
})
