import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, it, type TestContext } from 'node:test'
import { startLab } from '../../testnet/lab/lab.js'
import { namespaceOf, Namespaces } from '../../testnet/lab/namespaces.js'
import { nextHopsOf } from '../../testnet/observe/routes.js'
import { waitFor } from '../../testnet/observe/wait.js'
import type { StarterReport } from './support/lab-starter.js'
import { processesIn, traces } from './support/leftovers.js'
import { project, startTwoHosts, twoHosts, vip4 } from './support/two-hosts.js'

const isRoot = process.getuid?.() === 0

describe('a lab', () => {
  it('leaves another of the same topology alone', async (t) => {
    const [one, two] = await Promise.all([startTwoHosts(), startTwoHosts()])
    t.after(() => Promise.all([one.stop(), two.stop()]))
    await one.node('host1').output(['gobgp', 'global', 'rib', 'add', `${vip4}/32`])
    await waitFor(() => nextHopsOf(one.node('router'), vip4), { what: 'the route in the first lab' })
    assert.equal(await nextHopsOf(two.node('router'), vip4), undefined)
    await one.stop()
    assert.equal(await two.node('host1').output(['hostname']), 'host1\n')
  })

  it('is gone without a trace when its first process is killed', async () => {
    const before = traces()
    const lab = await startLab(twoHosts)
    assert.ok(processesIn(lab.pidNamespace).length > 8)
    process.kill(lab.pid, 'SIGKILL')
    await lab.ended
    assert.deepEqual(processesIn(lab.pidNamespace), [])
    assert.deepEqual(traces(), before)
    await assert.rejects(async () => lab.node('host1').exec(['true']), /the lab two-hosts has ended/)
    await lab.stop()
  })

  it('is gone without a trace when it is stopped, also with a stopped process in it', async () => {
    const before = traces()
    await using lab = await startLab(twoHosts)
    const sleeper = await lab.node('client').spawn(['sleep', 'infinity'])
    sleeper.kill('SIGSTOP')
    await Promise.all([lab.stop(), lab.stop()])
    assert.deepEqual(processesIn(lab.pidNamespace), [])
    assert.deepEqual(traces(), before)
  })

  it('dies with the process that started it, which leaves no file either', async (t) => {
    const before = traces()
    const folder = mkdtempSync(join(tmpdir(), 'starter-'))
    t.after(() => rmdirSync(folder))
    const starter = startStarter(t, [process.execPath, `${project}build/test/lab/support/lab-starter.js`], folder)
    const { pidNamespace } = await reportOf(starter)
    assert.ok(processesIn(pidNamespace).length > 8)
    starter.kill('SIGKILL')
    await waitFor(() => processesIn(pidNamespace).length === 0, { what: 'no process of the lab' })
    assert.deepEqual(traces(), before)
    assert.deepEqual(readdirSync(folder), [])
  })

  it('comes up the same for a user without privileges', async (t) => {
    const report = await reportOf(startStarter(t, unprivilegedStarter(), '/tmp'))
    assert.notEqual(report.uid, 0)
    assert.equal(report.sessions.length, 4)
  })

  it('is taken down when its start is aborted, and afterwards', async () => {
    await assert.rejects(startLab(twoHosts, { signal: AbortSignal.abort(new Error('no more')) }), /no more/)
    const controller = new AbortController()
    const lab = await startLab(twoHosts, { signal: controller.signal })
    controller.abort()
    await lab.ended
    assert.deepEqual(processesIn(lab.pidNamespace), [])
  })

  it('refuses to be built in the network namespace of the machine, or of its starter', async () => {
    const netns = namespaceOf('self', 'net')
    const init = [`${project}testnet/lab/init.sh`, netns, '/mnt', '', 'node1']
    // In a mount namespace of its own: should it not refuse, nothing happens to the machine's mounts.
    const child = spawn('unshare', [...(isRoot ? [] : ['--user', '--map-root-user']), '--mount', 'bash', ...init], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let said = ''
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
    const [code] = (await once(child, 'close')) as [number]
    assert.equal(code, 1)
    assert.equal(said, 'refusing to build a lab in the network namespace of the host\n')
    assert.throws(
      () => new Namespaces(process.pid),
      /is in the net namespace of the starter: refusing to run a lab there/,
    )
  })
})

/** The command that starts a lab as a user who may do nothing. */
function unprivilegedStarter(): string[] {
  const starter = 'build/test/lab/support/lab-starter.js'
  if (!isRoot) return [process.execPath, `${project}${starter}`]
  // The project and Node may be below a directory of root's that nobody else may enter: show them elsewhere.
  const script = `
    mount -t tmpfs -o mode=755 tmpfs /mnt
    mkdir /mnt/project
    touch /mnt/node
    mount --bind "$1" /mnt/project
    mount --bind "$2" /mnt/node
    exec setpriv --reuid 65534 --regid 65534 --clear-groups /mnt/node "/mnt/project/$3"`
  return ['unshare', '--mount', 'bash', '-euc', script, 'bash', project, process.execPath, starter]
}

function startStarter(t: TestContext, command: readonly string[], temporary: string): ChildProcess {
  const [program = '', ...rest] = command
  const child = spawn(program, rest, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'], TMPDIR: temporary },
  })
  t.after(() => child.kill('SIGKILL'))
  return child
}

/** What the starter prints when its lab is up. */
async function reportOf(starter: ChildProcess): Promise<StarterReport> {
  assert.ok(starter.stdout)
  for await (const line of createInterface(starter.stdout)) return JSON.parse(line) as StarterReport
  throw new Error('the starter ended without a lab: see above')
}
