import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

import { probeKinds } from '../../../src/checks/kinds.js'
import { createTurns } from '../../../src/checks/turns.js'
import { aimedAt } from '../../../src/checks/shared-check.js'
import { checkInstances } from '../../../src/domain/check-instance.js'
import type { ExecProbe } from '../../../src/domain/config.js'
import { createFakeClock } from '../../support/fake-clock.js'
import { probeBy, probeTools, probing, proberOf } from '../../support/probing.js'
import { scriptedRunner } from '../../support/scripted-runner.js'
import { isAlive, waitFor } from '../../support/wait.js'
import { valid } from '../config/fixtures.js'

const folder = mkdtempSync(join(tmpdir(), 'vipcast-exec-'))
after(() => rmSync(folder, { recursive: true }))

const at = (name: string): string => join(folder, name)

const execProbe = (command: readonly string[], over: Partial<ExecProbe> = {}): ExecProbe => ({
  type: 'exec',
  host: null,
  command,
  env: {},
  user: null,
  ...over,
})

/** What a check makes of a shell script; its arguments begin with $0. */
function script(text: string, ...args: readonly string[]): Promise<string> {
  return probing(execProbe(['sh', '-c', text, ...args]))
}

describe('an exec check', () => {
  it('passes when the program exits with 0, and tells the first line that it printed', async () => {
    assert.equal(await probing(execProbe(['true'])), 'pass: exit code 0')
    assert.equal(await script('echo; echo "3 workers"; echo more'), 'pass: exit code 0: "3 workers"')
  })

  it('fails with any other code, and tells the first line of its errors, else of its output', async () => {
    assert.equal(await probing(execProbe(['false'])), 'fail: exit code 1')
    assert.equal(await script('echo out; echo err >&2; exit 2'), 'fail: exit code 2: "err"')
    assert.equal(await script('echo CRITICAL; exit 2'), 'fail: exit code 2: "CRITICAL"')
  })

  it('tells a signal that the program died of', async () => {
    assert.equal(await script('kill -SEGV $$'), 'fail: killed by SIGSEGV')
  })

  it('fails when the program is not there, or may not be executed', async () => {
    writeFileSync(at('plain'), 'exit 0\n', { mode: 0o644 })
    assert.match(await probing(execProbe([at('missing')])), /^fail: exit code 127 \(not found\): "vipcast: .*missing/)
    assert.match(await probing(execProbe(['no-such-program'])), /^fail: exit code 127 \(not found\)/)
    assert.match(
      await probing(execProbe([at('plain')])),
      /^fail: exit code 126 \(not permitted\): ".*[Pp]ermission denied"/,
    )
  })

  it('hands over the arguments as they are, without a shell between', async () => {
    const weird = '$HOME "*" \'; exit 1 #'
    assert.equal(await script('[ "$1" = "$2" ] && [ $# = 3 ]', 'x', weird, weird, ''), 'pass: exit code 0')
  })

  it('gives the program its environment, a PATH of its own before that of every child', async () => {
    writeFileSync(at('own-program'), '#!/bin/sh\necho "$GREETING ${PATH%%:*}"\n', { mode: 0o755 })
    const probe = execProbe(['own-program'], { env: { PATH: folder, GREETING: 'hello' } })
    assert.equal(await probing(probe), `pass: exit code 0: ${JSON.stringify(`hello ${folder}`)}`)
  })

  it('lets nothing that it prints reach a terminal', async () => {
    assert.equal(await script("printf '\\033[2Jboo\\n'; exit 1"), 'fail: exit code 1: "\\u001b[2Jboo"')
  })
})

describe('a program of an exec check', () => {
  it('is ended in time with all that it started, though they ignore SIGTERM', async () => {
    const list = at('pids')
    const stubborn =
      'trap "" TERM; echo $$ >>"$0"; (sleep 1000; true) & echo $! >>"$0"; sleep 1000 & echo $! >>"$0"; wait'
    const life = new AbortController()
    const probe = proberOf(execProbe(['sh', '-c', stubborn, list])).probe(life.signal)
    const pids = (): string[] => (existsSync(list) ? readFileSync(list, 'utf8').trim().split('\n') : [])
    await waitFor('three processes', () => pids().length === 3)
    life.abort()
    assert.deepEqual(await probe, { outcome: 'aborted', lacking: 'did not end' })
    await waitFor('all of them to be gone', () => !pids().some(isAlive))
  })

  it('has an empty standard input, no file but its outputs, and no child that it did not start', async () => {
    const alone = 'read -r children </proc/$$/task/$$/children; [ -z "$children" ]'
    assert.equal(await script(`${alone} && [ ! -e /proc/$$/fd/3 ] && [ -z "$(cat)" ]`), 'pass: exit code 0')
  })

  it('is called late after the timeout, a byte a second or none', async () => {
    const late = 'fail: did not end within 200 ms'
    assert.equal(await probing(execProbe(['sleep', '1000']), 200), late)
    assert.equal(await probing(execProbe(['sh', '-c', 'while :; do printf x; sleep 1; done']), 200), late)
  })

  it('leaves nothing of its group behind when it ends by itself', async () => {
    const said = await script('sleep 1000 & echo $!')
    const pid = /"(\d+)"/.exec(said)?.[1]
    assert.ok(pid, said)
    await waitFor('the one in the background to be gone', () => !isAlive(pid))
  })

  it('is not waited for by who left the group and holds its output', async () => {
    const left = 'setsid sleep 1000 & echo $!; until [ "$(cut -d" " -f5 /proc/$!/stat)" = $! ]; do sleep 0.01; done'
    const said = await script(left)
    assert.match(said, /^pass: exit code 0: "\d+"$/)
    process.kill(Number(/\d{2,}/.exec(said)?.[0]))
  })

  it('is killed when it prints without end, and only the beginning is kept', async () => {
    const heap = process.memoryUsage().rss
    const flood = 'fail: printed more than 256 KiB, and was killed'
    assert.equal(await probing(execProbe(['head', '-c', '100M', '/dev/zero'])), flood)
    assert.equal(await script('yes >&2'), flood)
    assert.ok(process.memoryUsage().rss - heap < 50_000_000)
  })

  it('is not started a second time while the one before is not gone', async () => {
    const stuck = { ...scriptedRunner([]), runGroup: () => new Promise<never>(() => {}) }
    const prober = proberOf(execProbe(['true']), probeTools({ runner: stuck }))
    assert.equal(await probeBy(prober, 20), 'fail: did not end within 20 ms')
    assert.equal(await probeBy(prober, 20), 'fail: the run before was killed, and did not end within 20 ms')
  })

  it('does not outlive a daemon that is killed', async () => {
    const list = at('orphan')
    const text = 'trap "" TERM HUP; echo $$ >"$0"; sleep 1000 & echo $! >>"$0"; echo end >>"$0"; wait'
    const probe = JSON.stringify(execProbe(['sh', '-c', text, list]))
    const program = fileURLToPath(new URL('../../support/probe-main.js', import.meta.url))
    const life = new AbortController()
    const options = { signal: life.signal, killSignal: 'SIGKILL' } as const
    const daemon = promisify(execFile)(process.execPath, [program, probe, '60000'], options)
    await waitFor('the program to run', () => existsSync(list) && readFileSync(list, 'utf8').endsWith('end\n'))
    life.abort()
    await assert.rejects(daemon)
    const pids = readFileSync(list, 'utf8').trim().split('\n').slice(0, -1)
    await waitFor('it and what it started to be gone', () => !pids.some(isAlive))
  })
})

describe('the user of an exec check', () => {
  const root = process.getuid?.() === 0
  const asNobody = (command: readonly string[]): Promise<string> => probing(execProbe(command, { user: 'nobody' }))

  it('is whom the program runs as, with its groups, its home and no privilege of ours', { skip: !root }, async () => {
    assert.match(await asNobody(['sh', '-c', 'echo "$(id -un) $USER $HOME $(id -G)"']), /"nobody nobody \/\S+ 65534"$/)
    assert.match(await asNobody(['grep', 'CapEff', '/proc/self/status']), /"CapEff:\\t0+"$/)
  })

  it('decides what may be executed', { skip: !root }, async () => {
    writeFileSync(at('roots'), '#!/bin/sh\n', { mode: 0o700 })
    chmodSync(folder, 0o755)
    assert.equal(await probing(execProbe([at('roots')])), 'pass: exit code 0')
    assert.match(await asNobody([at('roots')]), /^fail: exit code 126 \(not permitted\)/)
  })

  it('must be known on this host, else nothing is tested', async () => {
    const unknown = 'unknown: there is no user no-such-user on this host'
    assert.equal(await probing(execProbe(['true'], { user: 'no-such-user' })), unknown)
  })

  it('needs privileges, else nothing is tested', { skip: !root }, async () => {
    const program = fileURLToPath(new URL('../../support/probe-main.js', import.meta.url))
    const probe = JSON.stringify(execProbe(['true'], { user: 'daemon' }))
    const nobody = ['--reuid', '65534', '--regid', '65534', '--clear-groups']
    const { stdout } = await promisify(execFile)('setpriv', [...nobody, process.execPath, program, probe, '20000'])
    const lacked = 'it lacks CAP_SETUID, CAP_SETGID, CAP_KILL'
    assert.equal(stdout, `unknown: vipcast may not run programs as daemon: ${lacked}\n`)
  })

  it('may be the daemon’s own without any', async () => {
    const own = String(process.getuid?.())
    assert.equal(await probing(execProbe(['true'], { user: own })), 'pass: exit code 0')
  })
})

describe('starting programs', () => {
  it('is spread over time, in the order of their coming, and costs a lone one nothing', async () => {
    const clock = createFakeClock()
    const turn = createTurns(clock, 20)
    assert.equal(turn(), undefined)
    const order: number[] = []
    for (const n of [1, 2]) void turn()?.then(() => order.push(n))
    await clock.advance(20)
    assert.deepEqual(order, [1])
    await clock.advance(20)
    assert.deepEqual(order, [1, 2])
    await clock.advance(1000)
    assert.equal(turn(), undefined)
  })
})

describe('an exec check that names ${address}', () => {
  const yaml = (command: string): string => `pools: [203.0.113.0/24]
routers: {edge: {type: gobgp, address: "127.0.0.1:50051"}}
vips: {web: {addresses: [203.0.113.1, 203.0.113.2], checks: [{type: exec, ${command}}]}}`
  const aims = (command: string): (string | null)[] =>
    valid(yaml(command))
      .config.vips.flatMap(checkInstances)
      .map((instance) => aimedAt(probeKinds, instance)?.text ?? null)

  it('is aimed at each address, wherever in the command or the environment that stands', () => {
    const both = ['203.0.113.1', '203.0.113.2']
    assert.deepEqual(aims('command: [curl, "http://${address}/"]'), both)
    assert.deepEqual(aims('command: [check], env: {TARGET: "${address}"}'), both)
    assert.deepEqual(aims('command: [check, 203.0.113.1]'), [null])
  })
})
