import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Lab } from '../../testnet/lab/lab.js'
import type { NodeProcess } from '../../testnet/lab/process.js'
import { lineSplitter } from '../../testnet/observe/lines.js'
import { wallClock } from '../../testnet/observe/clock.js'
import { followRoutes, type RouteEvents } from '../../testnet/observe/route-events.js'
import { waitFor } from '../../testnet/observe/wait.js'
import type { ExplainDocument } from '../../src/control/client.js'
import { edge, Host, type Daemon } from './support/host.js'
import { project, startTwoHosts, vip4 } from './support/two-hosts.js'

/** So many failures in a row take minutes: what fails here does so by the tripwire. */
const patient = 'interval: 200ms, fastInterval: 200ms, timeout: 200ms, rise: 1, fall: 1000'

const configuration = `${edge}vips:
  web:
    addresses: [${vip4}]
    holdDown: 0s
    damping: false
    checks:
      - {type: tcp, host: 127.0.0.1, port: 8080, ${patient}}
      - {type: udp, host: 127.0.0.1, port: 8081, send: ping, expect: ping, ${patient}}
      - {type: listen, port: 8080, ${patient}}
      - {type: tcp, name: deaf, host: 127.0.0.1, port: 8080, tripwire: false, impact: none, ${patient}}
      - {type: tcp, name: far, host: 192.0.2.0, port: 179, impact: none, ${patient}}
      - {type: tcp, name: nobody, host: 127.0.0.1, port: 9, impact: none, ${patient}}
      - {type: file, path: /etc/hostname, impact: none}
`

describe('a service under a tripwire', () => {
  let lab: Lab
  let routes: RouteEvents
  let host: Host
  let daemon: Daemon
  let tcp: NodeProcess
  let udp: NodeProcess
  before(async () => {
    lab = await startTwoHosts()
    routes = await followRoutes(lab.node('router'))
    host = new Host(lab.node('host1'))
    ;[tcp, udp] = await Promise.all([listen('tcp', 8080), listen('udp', 8081)])
    daemon = await host.startDaemon(configuration)
  })
  after(() => lab?.stop())

  async function listen(protocol: 'tcp' | 'udp', port: number): Promise<NodeProcess> {
    let listens = false
    const onStdout = lineSplitter(() => (listens = true))
    const command = ['perl', `${project}test/lab/support/listen.pl`, protocol, '0.0.0.0', String(port)]
    const service = await host.node.spawn(command, { onStdout })
    await waitFor(() => listens, { what: `a service listens on ${protocol} port ${port}` })
    return service
  }

  const upstream = (kind: 'set' | 'gone', since: number): Promise<{ at: number }> =>
    routes.waitFor((event) => event.at >= since && event.prefix === `${vip4}/32` && event.kind === kind, {
      what: `the route is ${kind} upstream`,
      explain: () => daemon.explain(),
    })

  async function tripwires(): Promise<Record<string, string | null>> {
    const { stdout } = await host.cli(['explain', 'web', '--json'])
    const { vip } = JSON.parse(stdout) as ExplainDocument
    return Object.fromEntries((vip?.checks ?? []).map(({ name, tripwire }) => [name, tripwire?.state ?? null]))
  }

  async function states(expected: Record<string, string | null>): Promise<void> {
    let seen: Record<string, string | null> = {}
    await waitFor(async () => JSON.stringify((seen = await tripwires())) === JSON.stringify(expected), {
      what: `the tripwires are ${JSON.stringify(expected)}`,
      explain: () => JSON.stringify(seen),
    })
  }

  const asConfigured = {
    tcp: 'armed',
    udp: 'armed',
    listen: 'armed',
    deaf: 'off',
    far: 'not-local',
    nobody: 'no-listener',
    file: null,
  }

  it('is told of each check whether its tripwire is armed, and why not', async () => {
    await upstream('set', 0)
    await states(asConfigured)
    const { stdout } = await host.cli(['explain', 'web'])
    assert.match(stdout, /tripwire no-listener: no tcp socket listens on port 9 /)
  })

  it('hands its port to a successor without a withdrawal', async () => {
    const since = wallClock()
    const successor = await listen('tcp', 8080)
    tcp.kill('SIGKILL')
    tcp = successor
    const probed = /vipcast_check_duration_seconds_count\{type="tcp"\} (\d+)/
    const before = Number(probed.exec(await metrics())?.[1])
    await waitFor(async () => Number(probed.exec(await metrics())?.[1]) >= before, { what: 'it was probed' })
    await states(asConfigured)
    assert.deepEqual(
      routes.all.filter((event) => event.at >= since),
      [],
    )
  })

  it('is withdrawn when it is killed, without waiting for fall', async () => {
    const since = wallClock()
    tcp.kill('SIGKILL')
    await upstream('gone', since)
    tcp = await listen('tcp', 8080)
    await upstream('set', since)
  })

  it('is withdrawn when its UDP socket is gone', async () => {
    const since = wallClock()
    udp.kill('SIGKILL')
    await upstream('gone', since)
    udp = await listen('udp', 8081)
    await upstream('set', since)
  })

  it('is watched anew after a reload, or not any more', async () => {
    await host.configure(`${configuration}tripwires: {enabled: false}\n`)
    assert.equal((await host.cli(['reload'])).code, 0)
    await states({ tcp: 'off', udp: 'off', listen: 'off', deaf: 'off', far: 'off', nobody: 'off', file: null })
    await host.configure(configuration)
    assert.equal((await host.cli(['reload'])).code, 0)
    await states(asConfigured)
    const since = wallClock()
    tcp.kill('SIGKILL')
    await upstream('gone', since)
  })

  it('leaves no watcher behind when the daemon is killed', async () => {
    await daemon.crash()
    await waitFor(async () => (await host.node.exec(['pgrep', '-x', 'ss'])).stdout === '', { what: 'ss is gone' })
  })

  const metrics = (): Promise<string> => host.node.output(['curl', '-sf', 'http://127.0.0.1:9179/metrics'])
})
