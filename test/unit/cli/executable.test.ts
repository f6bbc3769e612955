import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { chmod, mkdir } from 'node:fs/promises'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { openControl, temporaryDirectory } from '../../support/control-harness.js'
import { sampleDaemon } from '../../support/sample-world.js'

/** Somebody who is neither root nor in any group of it. */
const nobody = { uid: 65534, gid: 65534, cwd: '/' }

const executable = fileURLToPath(new URL('../../../../dist/main.js', import.meta.url))

interface Ran {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

function start(
  t: TestContext,
  argv: readonly string[],
  options: { uid?: number; gid?: number; cwd?: string } = {},
): ChildProcess {
  const child = spawn(process.execPath, [executable, ...argv], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] },
    ...options,
  })
  t.after(() => child.kill('SIGKILL'))
  return child
}

async function run(
  t: TestContext,
  argv: readonly string[],
  options: { uid?: number; gid?: number; cwd?: string } = {},
): Promise<Ran> {
  const child = start(t, argv, options)
  const { stdout, stderr } = child
  assert.ok(stdout !== null && stderr !== null)
  const [out, err] = await Promise.all([text(stdout), text(stderr), once(child, 'close')])
  return { code: child.exitCode, out, err }
}

/** What --json prints on standard error. */
function errorOf({ err }: Ran): { code: string; message: string; remedy: string } {
  const { error } = JSON.parse(err) as { error: { code: string; message: string; remedy: string } }
  assert.deepEqual(Object.keys(error), ['code', 'message', 'remedy'])
  return error
}

test('help and version go to standard output, exit 0', async (t) => {
  const [help, version] = await Promise.all([run(t, ['--help']), run(t, ['--version'])])
  assert.deepEqual([help.code, help.err], [0, ''])
  assert.match(help.out, /vipcast status/)
  assert.deepEqual([version.code, version.err], [0, ''])
  assert.match(version.out, /^\d+\.\d+\.\d+\n$/)
})

test('an unknown command, an unknown option and no command exit 2', async (t) => {
  const runs = await Promise.all([run(t, ['nope']), run(t, ['status', '--nope']), run(t, [])])
  for (const { code, out, err } of runs) {
    assert.equal(code, 2)
    assert.equal(out, '')
    assert.match(err, /^vipcast: .*\n$/)
  }
})

test('a command that is not built yet exits 2 and says so', async (t) => {
  const ran = await run(t, ['doctor', 'web', '--for', '30m', '--json'])
  assert.equal(ran.code, 2)
  assert.equal(errorOf(ran).code, 'not-built-yet')
})

test('no daemon exits 4 and names the socket and the remedy, for every command that needs one', async (t) => {
  const socket = join(await temporaryDirectory(t), 'control.sock')
  const commands = [['status'], ['explain', 'web'], ['events'], ['disable', 'web'], ['enable', '--all'], ['reload']]
  for (const command of commands) {
    const { code, out, err } = await run(t, [...command, '--socket', socket])
    assert.equal(code, 4)
    assert.equal(out, '')
    assert.equal(
      err,
      `vipcast: no daemon listens on ${socket}: start it with \`systemctl start vipcast\`, or name its socket with --socket\n`,
    )
  }
})

test('a socket that this user may not use exits 5', async (t) => {
  const { socket, directory } = await openControl(t, sampleDaemon())
  const root = process.getuid?.() === 0
  if (root) {
    // Root may use any socket, so somebody else asks.
    await chmod(directory, 0o755)
  } else {
    await chmod(socket, 0)
  }
  const ran = await run(t, ['status', '--socket', socket, '--json'], root ? nobody : {})
  assert.equal(ran.code, 5)
  const { code, message } = errorOf(ran)
  assert.equal(code, 'not-permitted')
  assert.ok(message.includes(socket))
})

test('what is not as wished exits 3, on standard output', async (t) => {
  const { socket } = await openControl(t, sampleDaemon())
  const ran = await run(t, ['status', '--socket', socket])
  assert.deepEqual([ran.code, ran.err], [3, ''])
  assert.match(ran.out, /6 of 10 VIPs not as wished/)
})

test('a configuration that is missing exits 2', async (t) => {
  const file = join(await temporaryDirectory(t), 'missing.yaml')
  for (const command of ['validate', 'plan', 'run']) {
    const { code, out, err } = await run(t, [command, '--config', file])
    assert.equal(code, 2, command)
    assert.equal(out, '')
    assert.match(err, /missing\.yaml: there is no such file/)
  }
})

test('a reader that goes away ends a command quietly', async (t) => {
  const daemon = sampleDaemon()
  for (let at = 0; at < 2_000; at += 1) daemon.emit(0, { kind: 'daemon', text: `event ${at} of very many events` })
  const { socket } = await openControl(t, daemon)
  const child = start(t, ['events', '--follow', '--socket', socket])
  assert.ok(child.stdout !== null && child.stderr !== null)
  await once(child.stdout, 'data')
  child.stdout.destroy()
  daemon.emit(0, { kind: 'daemon', text: 'one more, which nobody reads' })
  const [err] = await Promise.all([text(child.stderr), once(child, 'close')])
  assert.equal(err, '')
})

test('Ctrl-C ends events --follow with exit 0', async (t) => {
  const { socket } = await openControl(t, sampleDaemon())
  const child = start(t, ['events', '--follow', '--socket', socket])
  assert.ok(child.stdout !== null)
  await once(child.stdout, 'data')
  child.kill('SIGINT')
  await once(child, 'close')
  assert.equal(child.exitCode, 0)
})

test('a folder that must not be entered is not permitted, and not a missing daemon', async (t) => {
  const directory = await temporaryDirectory(t)
  const closed = join(directory, 'closed')
  await mkdir(closed, { mode: 0o700 })
  const root = process.getuid?.() === 0
  if (root) await chmod(directory, 0o755)
  else await chmod(closed, 0)
  const ran = await run(t, ['status', '--socket', join(closed, 's'), '--json'], root ? nobody : {})
  assert.equal(ran.code, 5)
})
