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

  /** What an action exits with, for a probe or else as a recurring action. */
  async function act(action: string, parameters: Readonly<Record<string, string>> = {}): Promise<number> {
    const given = Object.entries({ vip: 'homes', wait: '10s', ...parameters })
    const env = Object.fromEntries(given.map(([name, value]) => [`OCF_RESKEY_${name}`, value]))
    const said = await host.node.exec([agent, action], { env, timeoutMs: 60_000 })
    // What went wrong is for the cluster's status.
    if (said.code !== success && said.code !== notRunning) assert.match(said.stderr, /^ocf-exit-reason:\S/m)
    return said.code
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
    assert.equal(await act('start'), success)
    await waitFor(async () => (await nextHopsOf(lab.node('router'), homes)) !== undefined, { what: 'it is upstream' })
    await service.stop()
    await waitFor(async () => !(await host.rib()).includes(`${homes}/32`), { what: 'it is withdrawn' })
    assert.equal(await act('monitor'), failed)
    assert.equal(await act('stop'), success)
    await nothingIsLeft()
    assert.equal(await act('monitor'), notRunning)
  })

  it('leaves nothing claimed by a start that failed', async () => {
    await service.stop()
    assert.equal(await act('start', { wait: '200ms' }), failed)
    assert.equal(await act('monitor'), notRunning)
  })

  it('has failed when the daemon died, and is stopped once the guard has withdrawn, for later daemons too', async () => {
    assert.equal(await act('start'), success)
    await daemon.crash()
    assert.equal(await act('monitor'), failed)
    assert.equal(await act('stop'), success)
    await nothingIsLeft()
    assert.equal(await act('monitor'), notRunning)
    assert.equal(await act('start'), failed, 'without a daemon')
    daemon = await host.startDaemon()
    await daemon.logged('that it announces', ({ vip, reason }) => vip === 'always' && reason === 'announced')
    await nothingIsLeft()
  })

  it('does not stop what nobody withdraws, so that the cluster fences the host', async () => {
    await daemon.stop()
    daemon = await host.startDaemon(configuration.replace('{', '{onCrash: keep, '))
    assert.equal(await act('start'), success)
    await daemon.crash()
    assert.equal(await act('stop', { wait: '200ms' }), failed)
    assert.ok((await host.rib()).includes(`${homes}/32`))
    daemon = await host.startDaemon(configuration)
    await waitFor(async () => !(await host.rib()).includes(`${homes}/32`), { what: 'the next daemon withdraws it' })
  })

  it('stops a VIP of a daemon that is frozen, which its guard kills', async () => {
    assert.equal(await act('start'), success)
    await freeze(daemon.process)
    assert.equal(await act('stop'), success)
    await nothingIsLeft()
  })

  it('tells what is wrong with this node from what is wrong with the resource', async () => {
    assert.equal(await act('monitor', { vip: 'nobody' }), notInstalled)
    assert.equal(await act('validate-all', { vip: 'always' }), notInstalled)
    assert.equal(await act('start', { vip: '' }), notConfigured)
  })

  it("is accepted by Debian's ocf-tester", async () => {
    const { code, stdout, stderr } = await tested
    assert.equal(code, 0, `${stdout}${stderr}`)
    assert.match(stdout, /passed all tests\n$/)
  })
})
