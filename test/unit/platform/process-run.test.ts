import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { existsSync } from 'node:fs'
import { describe, it } from 'node:test'
import { systemClock } from '../../../src/platform/clock.js'
import { createProcessRunner, describeEnd } from '../../../src/platform/process.js'
import type { ProcessResult, RunOptions } from '../../../src/platform/process.js'
import { isAlive, waitFor } from '../../support/wait.js'

const runner = createProcessRunner(systemClock)
const never = new AbortController().signal

function run(argv: string[], options: Partial<RunOptions> = {}): Promise<ProcessResult> {
  return runner.run(argv, { timeout: 20_000, signal: never, ...options })
}

describe('running a program to its end', () => {
  it('gives its exit code and both outputs', async () => {
    const result = await run(['sh', '-c', 'echo out; echo err >&2; exit 3'])
    assert.deepEqual(result, {
      end: { kind: 'exited', code: 3 },
      stdout: 'out\n',
      stderr: 'err\n',
      truncated: false,
    })
  })

  it('hands it the text on standard input', async () => {
    assert.equal((await run(['cat'], { stdin: 'ä line\n' })).stdout, 'ä line\n')
  })

  it('lets no shell look at the arguments', async () => {
    assert.equal((await run(['printf', '%s', '$HOME; `id` *'])).stdout, '$HOME; `id` *')
  })

  it('survives a program that does not read its input', async () => {
    const { end } = await run(['true'], { stdin: 'x'.repeat(1_000_000) })
    assert.deepEqual(end, { kind: 'exited', code: 0 })
  })

  it('tells who was killed by somebody else', async () => {
    assert.deepEqual((await run(['sh', '-c', 'kill -TERM $$'])).end, { kind: 'signalled', signal: 'SIGTERM' })
  })

  it('kills what takes too long, keeps what it said, and leaves no process', async () => {
    const { end, stdout } = await run(['sh', '-c', 'echo $$; exec sleep 1000'], { timeout: 200 })
    assert.deepEqual(end, { kind: 'timed-out', after: 200 })
    assert.equal(existsSync(`/proc/${stdout.trim()}`), false)
  })

  it('kills what it started along with it', async () => {
    const { end, stdout } = await run(['sh', '-c', 'sleep 1000 & echo $!; wait'], { timeout: 200 })
    assert.equal(end.kind, 'timed-out')
    await waitFor('the grandchild is gone', () => !isAlive(stdout.trim()))
  })

  it('waits for no descendant that left its group and holds the output open', async () => {
    const { end, stdout } = await run(['sh', '-c', 'setsid sh -c "echo \\$\\$; exec sleep 1000" & wait'], {
      timeout: 200,
    })
    assert.equal(end.kind, 'timed-out')
    process.kill(Number(stdout))
  })

  it('kills it when the signal aborts', async () => {
    const life = new AbortController()
    const running = run(['sleep', '1000'], { signal: life.signal })
    life.abort()
    assert.deepEqual((await running).end, { kind: 'aborted' })
  })

  it('starts nothing when the signal has aborted before', async () => {
    assert.deepEqual((await run(['no-such-program'], { signal: AbortSignal.abort() })).end, { kind: 'aborted' })
  })

  it('leaves no listener on the signal', async () => {
    const { signal } = new AbortController()
    await Promise.all([run(['true'], { signal }), run(['no-such-program'], { signal })])
    assert.equal(getEventListeners(signal, 'abort').length, 0)
  })

  it('tells a missing program from one that may not be executed', async () => {
    const ends = [await run(['no-such-program']), await run(['/etc/passwd'])].map(({ end }) => end)
    assert.deepEqual(
      ends.map((end) => end.kind === 'spawn-failed' && [end.program, end.reason]),
      [
        ['no-such-program', 'missing'],
        ['/etc/passwd', 'not-permitted'],
      ],
    )
  })

  it('finds the programs of the system administrator whatever the path is', async () => {
    const before = process.env['PATH']
    process.env['PATH'] = '/usr/bin:/bin'
    try {
      assert.match((await run(['sh', '-c', 'echo $PATH'])).stdout, /:\/usr\/sbin:/)
    } finally {
      process.env['PATH'] = before
    }
  })

  it('throws output above the limit away and says so', async () => {
    const { end, stdout, truncated } = await run(['sh', '-c', 'yes | head -c 1000000'], { maxOutput: 100 })
    assert.deepEqual([end, stdout.length, truncated], [{ kind: 'exited', code: 0 }, 100, true])
  })

  it('reports a host that is out of file descriptors as busy', async () => {
    const script = `
      import { openSync } from 'node:fs'
      import { createProcessRunner } from '${new URL('../../../src/platform/process.js', import.meta.url).href}'
      import { systemClock } from '${new URL('../../../src/platform/clock.js', import.meta.url).href}'
      const runner = createProcessRunner(systemClock)
      try { for (;;) openSync('/dev/null') } catch {}
      const { end } = await runner.run(['true'], { timeout: 5000, signal: new AbortController().signal })
      console.log(end.kind, end.reason)`
    const argv = ['sh', '-c', 'ulimit -n 40; exec "$@"', 'sh', process.execPath, '--input-type=module', '-e', script]
    assert.equal((await run(argv)).stdout, 'spawn-failed busy\n')
  })
})

describe('describing how a process ended', () => {
  it('gives the last line that it said as the cause', () => {
    assert.equal(describeEnd({ kind: 'exited', code: 1 }, 'warning\nno such file\n'), 'exited with 1: no such file')
    assert.equal(describeEnd({ kind: 'signalled', signal: 'SIGKILL' }, ''), 'was killed by SIGKILL')
    assert.equal(describeEnd({ kind: 'timed-out', after: 1500 }, ''), 'did not end within 1.5 s and was killed')
    assert.equal(describeEnd({ kind: 'aborted' }, ''), 'was stopped')
  })
})
