import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import fc from 'fast-check'

import { createV6Only, parseV6Only } from '../../../src/checks/v6only.js'
import type { ProcessResult } from '../../../src/platform/process.js'
import { scriptedRunner } from '../../support/scripted-runner.js'

const never = new AbortController().signal
const output = `LISTEN 0 511 *:80 *:* ino:11 sk:2da cgroup:/ v6only:0 <->
LISTEN 0 511 [::]:80 [::]:* uid:1000 ino:12 sk:2db v6only:1
LISTEN 0 511 127.0.0.1:80 0.0.0.0:* ino:13 sk:2d8 cgroup:/ <->`

function asking(...results: Partial<ProcessResult>[]) {
  const runner = scriptedRunner(results)
  const v6only = createV6Only(runner)
  return { runner, ask: (inode: string, port = 80) => v6only.ask('tcp', port, inode, never) }
}

describe('what ss says of sockets', () => {
  it('is by their inode whether they leave IPv4 alone', () => {
    assert.deepEqual(
      [...parseV6Only(output)],
      [
        ['11', false],
        ['12', true],
      ],
    )
  })

  it('is read from any text without an error', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseV6Only(text)))
  })

  it('is asked for once for each socket, and for the port alone', async () => {
    const { ask, runner } = asking({ stdout: output })
    assert.deepEqual([await ask('11'), await ask('11'), await ask('12')], [false, false, true])
    assert.deepEqual(
      runner.runs.map(({ argv }) => argv.join(' ')),
      ['ss -H -n -l -e -t sport = :80'],
    )
  })

  it('is that a socket is gone when it does not know it', async () => {
    assert.equal(await asking({ stdout: output }).ask('14'), 'gone')
  })

  it('is an error for a person when ss fails', async () => {
    const failing = asking({ end: { kind: 'exited', code: 1 }, stderr: 'Cannot open netlink socket\n' })
    await assert.rejects(failing.ask('11'), /^Error: ss exited with 1: Cannot open netlink socket$/)
  })
})
