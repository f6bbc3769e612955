import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import type { ChildProcessByStdio } from 'node:child_process'
import { getEventListeners, once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { describe, it } from 'node:test'
import { systemClock } from '../../../src/platform/clock.js'
import { createProcessRunner } from '../../../src/platform/process.js'
import { isAlive, waitFor } from '../../support/wait.js'

const runner = createProcessRunner(systemClock)

describe('a long-running program', () => {
  it('is read line by line, the last one without its end too', async () => {
    const { lines } = runner.start(['printf', 'one\\ntwo\\n\\nthree'], { signal: new AbortController().signal })
    assert.deepEqual(await all(lines), ['one', 'two', '', 'three'])
  })

  it('tells how it ended and what it said last', async () => {
    const { signal } = new AbortController()
    const { ended } = runner.start(['sh', '-c', 'echo why >&2; exit 4'], { signal })
    assert.deepEqual(await ended, { end: { kind: 'exited', code: 4 }, stderr: 'why\n' })
    assert.equal(getEventListeners(signal, 'abort').length, 0)
  })

  it('ends though something that it started holds its output', async () => {
    const { signal } = new AbortController()
    const { ended } = runner.start(['sh', '-c', 'sleep 1000 & echo $! >&2'], { signal })
    const { end, stderr } = await ended
    assert.deepEqual(end, { kind: 'exited', code: 0 })
    process.kill(Number(stderr))
  })

  it('has the process id of the program itself', async () => {
    const life = new AbortController()
    const { pid, ended } = runner.start(['sleep', '1000'], { signal: life.signal })
    await waitFor('sleep runs', () => readFileSync(`/proc/${pid}/comm`, 'utf8') === 'sleep\n')
    life.abort()
    await ended
  })

  it('ends with the signal, its output too', async () => {
    const life = new AbortController()
    const { pid, lines, ended } = runner.start(['sh', '-c', 'echo ready; exec sleep 1000'], { signal: life.signal })
    const seen: string[] = []
    for await (const line of lines) {
      seen.push(line)
      life.abort()
    }
    assert.deepEqual(seen, ['ready'])
    assert.deepEqual((await ended).end, { kind: 'aborted' })
    assert.equal(existsSync(`/proc/${pid}`), false)
  })

  it('may end in its own way when it is asked to', async () => {
    const life = new AbortController()
    const script = 'trap "echo bye; exit 0" TERM; echo ready; while :; do sleep 0.01; done'
    const stop = { signal: 'SIGTERM', grace: 20_000 } as const
    const { lines } = runner.start(['sh', '-c', script], { signal: life.signal, stop })
    const seen: string[] = []
    for await (const line of lines) {
      seen.push(line)
      life.abort()
    }
    assert.deepEqual(seen, ['ready', 'bye'])
  })

  it('is killed when it does not end as it was asked to', async () => {
    const life = new AbortController()
    const script = 'trap "" TERM; echo ready; while :; do sleep 0.01; done'
    const stop = { signal: 'SIGTERM', grace: 100 } as const
    const { pid, lines, ended } = runner.start(['sh', '-c', script], { signal: life.signal, stop })
    for await (const line of lines) if (line === 'ready') life.abort()
    await ended
    assert.equal(existsSync(`/proc/${pid}`), false)
  })

  it('is not started when the signal has aborted before', async () => {
    const { pid, lines, ended } = runner.start(['sleep', '1000'], { signal: AbortSignal.abort() })
    assert.deepEqual([pid, await all(lines), (await ended).end.kind], [undefined, [], 'aborted'])
  })

  it('that is missing is named', async () => {
    const { pid, ended } = runner.start(['no-such-program'], { signal: new AbortController().signal })
    const { end } = await ended
    assert.equal(pid, undefined)
    assert.ok(end.kind === 'spawn-failed')
    assert.deepEqual([end.program, end.reason], ['no-such-program', 'missing'])
  })

  it('dies when its parent is killed', async () => {
    const { parent, child } = await startParent()
    parent.kill('SIGKILL')
    await waitFor('the child is gone', () => !isAlive(child))
  })

  it('does not get the interrupt that a terminal sends to its parent', async () => {
    const { parent, child } = await startParent()
    // As a terminal does: to the whole process group of the parent.
    process.kill(-(parent.pid ?? 0), 'SIGINT')
    const [line] = (await once(parent.stdout, 'data')) as [string]
    assert.equal(line, 'interrupted\n')
    assert.equal(isAlive(child), true)
    parent.kill('SIGKILL')
  })
})

async function startParent(): Promise<{ parent: ChildProcessByStdio<null, Readable, null>; child: string }> {
  const argv = ['--input-type=module', '-e', parentScript]
  const parent = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'], detached: true })
  parent.stdout.setEncoding('utf8')
  const [line] = (await once(parent.stdout, 'data')) as [string]
  assert.equal(isAlive(line.trim()), true)
  return { parent, child: line.trim() }
}

/** Starts a program, and says its process id once it runs. */
const parentScript = `
  import { createProcessRunner } from '${new URL('../../../src/platform/process.js', import.meta.url).href}'
  import { systemClock } from '${new URL('../../../src/platform/clock.js', import.meta.url).href}'
  process.on('SIGINT', () => console.log('interrupted'))
  const { lines } = createProcessRunner(systemClock).start(['sh', '-c', 'echo $$; exec sleep 1000'], {
    signal: new AbortController().signal,
  })
  for await (const line of lines) console.log(line)`

async function all(lines: AsyncIterable<string>): Promise<string[]> {
  const seen: string[] = []
  for await (const line of lines) seen.push(line)
  return seen
}
