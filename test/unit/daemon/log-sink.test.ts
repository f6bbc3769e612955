import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { LogSink } from '../../../src/daemon/log-sink.js'
import { waitFor } from '../../support/wait.js'

let dir: string
before(() => {
  dir = mkdtempSync(join(tmpdir(), 'vipcast-log-'))
})
after(() => rmSync(dir, { recursive: true }))

/** Writes to its standard output through a sink; its standard error says how it goes. */
const writer = `
import { LogSink } from ${JSON.stringify(new URL('../../../src/daemon/log-sink.js', import.meta.url).href)}
const sink = new LogSink(1)
for (let at = 0; at < 30_000; at += 1) sink.write('a line of the log that is of some length, number ' + at + '\\n')
process.stderr.write('written\\n')
setTimeout(() => process.stderr.write('alive\\n'), 1)
await sink.flushed()
process.stderr.write('flushed\\n')
`

describe('the sink of the log', () => {
  it('writes every line, in order, and says when all is written', async () => {
    const path = join(dir, 'log')
    const fd = openSync(path, 'w')
    const sink = new LogSink(fd)
    const lines = Array.from({ length: 1_000 }, (_, at) => `line ${at}\n`)
    for (const line of lines) sink.write(line)
    await sink.flushed()
    closeSync(fd)
    assert.equal(readFileSync(path, 'utf8'), lines.join(''))
  })

  it('has nothing to wait for when nothing was written', async () => {
    await new LogSink(1).flushed()
  })

  it('does not hold up the process while nobody reads, and says how many lines were lost once somebody does', async () => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', writer], { stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    let read = ''
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
    try {
      await waitFor('the writer goes on although its pipe is full', () => said.includes('written\nalive\n'))
      assert.ok(!said.includes('flushed'))
      child.stdout.on('data', (chunk: Buffer) => (read += chunk.toString()))
      await waitFor('the writer has written all', () => said.includes('flushed'))
      await waitFor('its end', () => child.exitCode !== null && child.stdout.readableEnded)
    } finally {
      child.kill('SIGKILL')
    }
    const lines = read.trimEnd().split('\n')
    const lost = Number(/(\d+) log lines were dropped/.exec(read)?.[1])
    assert.equal(lines.length - 1 + lost, 30_000)
    assert.ok(lines.length - 1 >= 10_000, 'ten thousand lines are kept')
    assert.equal(child.exitCode, 0)
  })

  it('outlives the reader of the log', async () => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', writer], { stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
    child.stdout.destroy()
    try {
      await waitFor('the writer ends by itself', () => child.exitCode !== null)
    } finally {
      child.kill('SIGKILL')
    }
    assert.match(said, /flushed/)
    assert.equal(child.exitCode, 0)
  })
})
