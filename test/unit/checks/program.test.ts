import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { createProgram } from '../../../src/checks/program.js'
import type { ProcessResult, ProcessRunner } from '../../../src/platform/process.js'
import { scriptedRunner } from '../../support/scripted-runner.js'

const done: ProcessResult = { end: { kind: 'exited', code: 0 }, stdout: '', stderr: '', truncated: false }

/** Programs that are gone only when the test says so, whatever is done to them. */
function stubborn() {
  const running: ((result: ProcessResult) => void)[] = []
  const runner: ProcessRunner = { ...scriptedRunner([]), runGroup: () => new Promise((gone) => running.push(gone)) }
  const program = createProgram(runner)
  const run = (signal: AbortSignal) => program.run(['x'], { signal, maxOutput: 1 })
  return { running, run }
}

const turn = (): Promise<unknown> => new Promise(setImmediate)

describe("a check's program", () => {
  it('is given up at once when the signal aborts, though it is not gone yet', async () => {
    const { run } = stubborn()
    const life = new AbortController()
    const result = run(life.signal)
    await turn()
    life.abort()
    assert.equal(await result, 'late')
  })

  it('is not run again before the one that was given up is gone', async () => {
    const { running, run } = stubborn()
    const [first, second] = [new AbortController(), new AbortController()]
    void run(first.signal)
    await turn()
    first.abort()
    const next = run(second.signal)
    await turn()
    assert.equal(running.length, 1)
    running[0]!(done)
    await turn()
    assert.equal(running.length, 2)
    running[1]!(done)
    assert.equal(await next, done)
  })

  it('waits for it no longer than its own signal says', async () => {
    const { run } = stubborn()
    const [first, second] = [new AbortController(), new AbortController()]
    void run(first.signal)
    await turn()
    first.abort()
    const next = run(second.signal)
    second.abort()
    assert.equal(await next, 'held-up')
  })
})
