import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Lab } from '../../testnet/lab/lab.js'
import { wallClock } from '../../testnet/observe/clock.js'
import { followRoutes, type RouteEvents } from '../../testnet/observe/route-events.js'
import { edge, Host, type Daemon } from './support/host.js'
import { host2, startTwoHosts, vip4, vip6 } from './support/two-hosts.js'

const configuration = `${edge}defaults: {vip: {holdDown: 0s, damping: false, settle: 50ms}, check: {interval: 1s, fastInterval: 100ms, timeout: 1s, fall: 1, rise: 1}}
vips:
  program:
    addresses: [${vip4}]
    checks: [{type: exec, command: [/usr/bin/test, -e, /run/healthy], user: nobody}]
  echo:
    addresses: ["${vip6}"]
    checks: [{type: ping, host: ${host2.ipv4}}]
`

describe('checks that other programs do', () => {
  let lab: Lab
  let routes: RouteEvents
  let host: Host
  let daemon: Daemon
  before(async () => {
    lab = await startTwoHosts()
    routes = await followRoutes(lab.node('router'))
    host = new Host(lab.node('host1'))
    await host.node.output(['touch', '/run/healthy'])
    daemon = await host.startDaemon(configuration)
  })
  after(() => lab?.stop())

  const upstream = (kind: 'set' | 'gone', prefix: string, since: number): Promise<{ at: number }> =>
    routes.waitFor((event) => event.at >= since && event.prefix === prefix && event.kind === kind, {
      what: `${prefix} is ${kind} upstream`,
      explain: () => daemon.explain(),
    })

  it('take the route along when a program fails, and bring it back', async () => {
    await upstream('set', `${vip4}/32`, 0)
    const failed = wallClock()
    await host.node.output(['rm', '/run/healthy'])
    await upstream('gone', `${vip4}/32`, failed)
    const { stdout } = await host.cli(['explain', 'program'])
    assert.match(stdout, /^program is not announced: check-failed [^]*^exec: exit code 1$/m)
    const mended = wallClock()
    await host.node.output(['touch', '/run/healthy'])
    await upstream('set', `${vip4}/32`, mended)
  })

  it('take the route along when a host no longer replies to echoes, and bring it back', async () => {
    const replies = (yes: boolean): Promise<string> =>
      lab.node('host2').output(['sysctl', '-qw', `net.ipv4.icmp_echo_ignore_all=${yes ? 0 : 1}`])
    await upstream('set', `${vip6}/128`, 0)
    const silent = wallClock()
    await replies(false)
    await upstream('gone', `${vip6}/128`, silent)
    const { stdout } = await host.cli(['explain', 'echo'])
    assert.match(stdout, /^echo is not announced: check-failed [^]*^ping: no reply within 1000 ms$/m)
    const speaks = wallClock()
    await replies(true)
    await upstream('set', `${vip6}/128`, speaks)
  })
})
