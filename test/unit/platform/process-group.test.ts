import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'

import { systemClock } from '../../../src/platform/clock.js'
import { createProcessRunner, type GroupOptions, type ProcessResult } from '../../../src/platform/process.js'
import { isAlive, waitFor } from '../../support/wait.js'

const runner = createProcessRunner(systemClock)

/** In a shell: waits until the process in the background leads a group of its own. */
const untilItLeft = 'until [ "$(cut -d" " -f5 /proc/$!/stat)" = $! ]; do sleep 0.01; done'

function run(argv: string[], options: Partial<GroupOptions> = {}): Promise<ProcessResult> {
  return runner.runGroup(argv, { signal: new AbortController().signal, maxOutput: 10_000, ...options })
}

describe('running a program in a group of its own', () => {
  it('gives its exit code and both outputs', async () => {
    assert.deepEqual(await run(['sh', '-c', 'echo out; echo err >&2; exit 3']), {
      end: { kind: 'exited', code: 3 },
      stdout: 'out\n',
      stderr: 'err\n',
      truncated: false,
    })
  })

  it('makes it the leader of that group', async () => {
    const { stdout } = await run(['sh', '-c', 'echo $$; cut -d" " -f5 /proc/$$/stat'])
    const [pid, group] = stdout.split('\n')
    assert.equal(group, pid)
  })

  it('hands it the environment that is asked for, over that of every child', async () => {
    const { stdout } = await run(['sh', '-c', 'echo "$A $LC_ALL $PATH"'], { env: { A: 'a', LC_ALL: 'x' } })
    assert.match(stdout, /^a x .*\/usr\/sbin/)
  })

  it('kills all of the group when the signal aborts', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'vipcast-group-'))
    t.after(() => rmSync(folder, { recursive: true }))
    const list = join(folder, 'pids')
    const script = 'echo $$ >>"$0"; sleep 1000 & echo $! >>"$0"; (sleep 1000; true) & echo $! >>"$0"; wait'
    const life = new AbortController()
    const running = run(['sh', '-c', script, list], { signal: life.signal })
    const pids = (): string[] => (existsSync(list) ? readFileSync(list, 'utf8').trim().split('\n') : [])
    await waitFor('three processes', () => pids().length === 3)
    life.abort()
    assert.deepEqual((await running).end, { kind: 'aborted' })
    await waitFor('all of them to be gone', () => !pids().some(isAlive))
  })

  it('leaves nothing of the group behind when the program ends by itself', async () => {
    const { end, stdout } = await run(['sh', '-c', 'sleep 1000 & echo $!'])
    assert.deepEqual(end, { kind: 'exited', code: 0 })
    await waitFor('the one in the background to be gone', () => !isAlive(stdout.trim()))
  })

  it('waits for no one who left the group and holds the output open', async () => {
    const { end, stdout } = await run(['sh', '-c', `setsid sleep 1000 & echo $!; ${untilItLeft}`])
    assert.deepEqual(end, { kind: 'exited', code: 0 })
    process.kill(Number(stdout))
  })

  it('kills who says more than is taken, and keeps the beginning', async () => {
    const { end, stdout, truncated } = await run(['yes'], { maxOutput: 100 })
    assert.deepEqual([end, stdout.length, truncated], [{ kind: 'aborted' }, 100, true])
    assert.equal((await run(['sh', '-c', 'yes >&2'])).truncated, true)
  })

  it('starts nothing when the signal has aborted before', async () => {
    assert.deepEqual((await run(['no-such-program'], { signal: AbortSignal.abort() })).end, { kind: 'aborted' })
  })

  it('tells a program that is missing', async () => {
    const { end } = await run(['no-such-program'])
    assert.deepEqual(end.kind === 'spawn-failed' && [end.program, end.reason], ['no-such-program', 'missing'])
  })

  it('leaves no listener on the signal', async () => {
    const { signal } = new AbortController()
    await Promise.all([run(['true'], { signal }), run(['no-such-program'], { signal })])
    assert.equal(getEventListeners(signal, 'abort').length, 0)
  })
})
