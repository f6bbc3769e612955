import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import type { Lab } from '../../testnet/lab/lab.js'
import type { ExecResult } from '../../testnet/lab/node.js'
import type { NodeProcess } from '../../testnet/lab/process.js'
import { nextHopsOf } from '../../testnet/observe/routes.js'
import { waitFor } from '../../testnet/observe/wait.js'
import { edge, freeze, Host, quickly, type Daemon } from './support/host.js'
import { project, startTwoHosts } from './support/two-hosts.js'

const agent = `${project}packaging/ocf/vip`
const homes = '203.0.113.20'
const always = '203.0.113.21'

/** What the agent exits with, in the words of the OCF. */
const success = 0
const failed = 1
const notInstalled = 5
const notConfigured = 6
const notRunning = 7

const configuration = `lifecycle: {deadMan: 1500ms}
${edge}vips:
  homes: {mode: manual, addresses: [${homes}], settle: 50ms, checks: [{type: tcp, host: 127.0.0.1, port: 8080, ${quickly}}]}
  always: {addresses: [${always}], settle: 50ms}
`

describe('the resource agent', () => {
  let lab: Lab
  let host: Host
  let service: NodeProcess
  let daemon: Daemon
  let tested: Promise<ExecResult>
  before(async () => {
    lab = await startTwoHosts()
    const other = new Host(lab.node('host2'))
    await other.startService()
    await other.startDaemon(configuration)
    const tester = ['ocf-tester', '-n', 'homes', '-o', 'vip=homes', '-o', 'wait=10s', agent]
    // Beside the others: it starts some fifty commands.
    tested = other.node.exec(tester, { timeoutMs: 120_000 })
    host = new Host(lab.node('host1'))
    service = await host.startService()
    daemon = await host.startDaemon(configuration)
  })
  after(() => lab?.stop())

  beforeEach(async () => {
    if (!daemon.process.running) daemon = await host.startDaemon()
    if (!service.running) service = await host.startService()
  })

  /** Calls an action, which must exit with this code. */
  async function act(action: string, exit: number, parameters: Readonly<Record<string, string>> = {}): Promise<void> {
    const given = Object.entries({ vip: 'homes', wait: '10s', ...parameters })
    const env = Object.fromEntries(given.map(([name, value]) => [`OCF_RESKEY_${name}`, value]))
    const { code, stderr } = await host.node.exec([agent, action], { env, timeoutMs: 60_000 })
    assert.equal(code, exit, `${action}: ${stderr}`)
    // What went wrong is for the cluster's status.
    if (code !== success && code !== notRunning) assert.match(stderr, /^ocf-exit-reason:\S/m)
  }

  /** In the kernel, and in the host's router. */
  async function nothingIsLeft(): Promise<void> {
    assert.deepEqual(
      (await host.addresses()).filter((each) => each.startsWith(homes)),
      [],
    )
    assert.ok(!(await host.rib()).includes(`${homes}/32`))
  }

  it('starts by announcing, stops by unbinding, and tells an ill VIP from one that is not claimed', async () => {
    await act('start', success)
    await waitFor(async () => (await nextHopsOf(lab.node('router'), homes)) !== undefined, { what: 'it is upstream' })
    await service.stop()
    await waitFor(async () => !(await host.rib()).includes(`${homes}/32`), { what: 'it is withdrawn' })
    await act('monitor', failed)
    await act('stop', success)
    await nothingIsLeft()
    await act('monitor', notRunning)
  })

  it('leaves nothing claimed by a start that failed', async () => {
    await service.stop()
    await act('start', failed, { wait: '200ms' })
    await act('monitor', notRunning)
  })

  it('has failed when the daemon died, and is stopped once the guard has withdrawn, for later daemons too', async () => {
    await act('start', success)
    await daemon.crash()
    await act('monitor', failed)
    await act('stop', success)
    await nothingIsLeft()
    await act('monitor', notRunning)
    // Without a daemon.
    await act('start', failed)
    daemon = await host.startDaemon()
    await daemon.logged('that it announces', ({ vip, reason }) => vip === 'always' && reason === 'announced')
    await nothingIsLeft()
  })

  it('does not stop what nobody withdraws, so that the cluster fences the host', async () => {
    await daemon.stop()
    daemon = await host.startDaemon(configuration.replace('{', '{onCrash: keep, '))
    await act('start', success)
    await daemon.crash()
    await act('stop', failed, { wait: '200ms' })
    assert.ok((await host.rib()).includes(`${homes}/32`))
    daemon = await host.startDaemon(configuration)
    await waitFor(async () => !(await host.rib()).includes(`${homes}/32`), { what: 'the next daemon withdraws it' })
  })

  it('stops a VIP of a daemon that is frozen, which its guard kills', async () => {
    await act('start', success)
    await freeze(daemon.process)
    await act('stop', success)
    await nothingIsLeft()
  })

  it('tells what is wrong with this node from what is wrong with the resource', async () => {
    await act('monitor', notInstalled, { vip: 'nobody' })
    await act('validate-all', notInstalled, { vip: 'always' })
    await act('start', notConfigured, { vip: '' })
  })

  it("is accepted by Debian's ocf-tester", async () => {
    const { code, stdout, stderr } = await tested
    assert.equal(code, 0, `${stdout}${stderr}`)
    assert.match(stdout, /passed all tests\n$/)
  })
})
