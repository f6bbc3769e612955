import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Lab } from '../../testnet/lab/lab.js'
import type { NodeProcess } from '../../testnet/lab/process.js'
import { wallClock } from '../../testnet/observe/clock.js'
import { nextHopsOf } from '../../testnet/observe/routes.js'
import { waitFor } from '../../testnet/observe/wait.js'
import { freeze, Host, quickly, type Daemon, type LogLine } from './support/host.js'
import { bothRouters, startSecondGobgpd } from './support/second-gobgpd.js'
import { sessionsOf, startTwoHosts, vip4, vip6 } from './support/two-hosts.js'

const web = `${bothRouters}vips:
  web:
    addresses: [${vip4}, "${vip6}"]
    checks: [{type: tcp, host: 127.0.0.1, port: 8080, ${quickly}}]
    holdDown: 0s
    damping: false
    settle: 50ms
`
const both = [`${vip6}/128`, `${vip4}/32`]

describe('a routing daemon', () => {
  let lab: Lab
  let host: Host
  let daemon: Daemon
  let service: NodeProcess
  before(async () => {
    lab = await startTwoHosts()
    host = new Host(lab.node('host1'))
    await startSecondGobgpd(host.node)
    service = await host.startService()
    daemon = await host.startDaemon(web)
    await holds(both)
  })
  after(() => lab?.stop())

  /** Both routers hold exactly these. */
  const holds = (prefixes: readonly string[]): Promise<unknown> =>
    waitFor(
      async () => (await host.rib()).join() === prefixes.join() && (await host.rib(50052)).join() === prefixes.join(),
      { what: `both routers hold ${prefixes.join(' and ') || 'nothing'}`, explain: () => daemon.explain() },
    )

  it('that is killed and started again has every route back, and so has the upstream kernel', async () => {
    host.gobgpd.kill('SIGKILL')
    await host.gobgpd.exited
    await daemon.logged('that it is unreachable', ({ reason }) => reason === 'router-unreachable')
    await host.node.startMain()
    await holds(both)
    await sessionsOf(lab, 4)
    for (const vip of [vip4, vip6])
      await waitFor(() => nextHopsOf(lab.node('router'), vip), { what: `${vip} is upstream again` })
  })

  it('from which somebody deletes our route has it back, and the correction is counted', async () => {
    const before = await corrections(host)
    await host.gobgp('global', 'rib', 'del', `${vip4}/32`)
    await waitFor(async () => (await corrections(host)) > before, { what: 'the correction is counted' })
    await holds(both)
  })

  it('to which somebody adds a route inside the pools loses it again', async () => {
    await host.gobgp('global', 'rib', 'add', '203.0.113.66/32')
    await waitFor(async () => !(await host.rib()).includes('203.0.113.66/32'), { what: 'it is swept' })
    await holds(both)
  })

  it('that hangs delays no withdrawal at another, and is withdrawn from when it goes on', async () => {
    await freeze(host.gobgpd)
    service.kill('SIGKILL')
    await waitFor(async () => (await host.rib(50052)).length === 0, { what: 'withdrawn at the other router' })
    await daemon.logged('that the withdrawal failed', ({ reason }) => reason === 'withdraw-failed')
    await waitFor(async () => (await host.cli(['explain', 'web'])).stdout.includes('withdraw-failed'), {
      what: 'explained',
    })
    host.gobgpd.kill('SIGCONT')
    await holds([])
    service = await host.startService()
    await holds(both)
  })

  it('that hangs delays no announcement at another, and is shown as unreachable', async () => {
    await host.cli(['disable', 'web'])
    await holds([])
    await freeze(host.gobgpd)
    const since = wallClock()
    await host.cli(['enable', 'web'])
    await waitFor(async () => (await host.rib(50052)).length === 2, { what: 'announced at the other router' })
    const isLate = ({ time }: LogLine): boolean => Date.parse(time) > since
    await daemon.logged('why', (line) => line.reason === 'router-unreachable' && isLate(line))
    await daemon.logged('that edge is lost', (line) => line.kind === 'router' && line.router === 'edge' && isLate(line))
    const { code, stdout } = await host.cli(['status'])
    assert.equal(code, 3)
    assert.match(stdout, /^web +up +router-unreachable /m)
    assert.match(stdout, /^edge +unreachable /m)
    host.gobgpd.kill('SIGCONT')
    await holds(both)
  })
})

async function corrections({ node }: Host): Promise<number> {
  const metrics = await node.output(['curl', '-sf', 'http://127.0.0.1:9179/metrics'])
  return Number(/^vipcast_corrections_total\{target="edge"\} (\d+)/m.exec(metrics)?.[1] ?? 0)
}
