import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { TargetError } from '../../../src/domain/target.js'
import type { AddressChange, Outcome } from '../../../src/domain/target.js'
import { createKernelTarget } from '../../../src/kernel/target.js'
import { systemClock } from '../../../src/platform/clock.js'
import type { ProcessEnd, ProcessResult } from '../../../src/platform/process.js'
import { bind, unbind } from '../../contract/kernel.contract.js'
import { scriptedRunner } from '../../support/scripted-runner.js'

const never = new AbortController().signal
const failedOne: ProcessEnd = { kind: 'exited', code: 1 }
const missing: ProcessEnd = { kind: 'spawn-failed', program: 'ip', reason: 'missing', error: new Error('ENOENT') }

async function apply(changes: AddressChange[], ...results: Partial<ProcessResult>[]): Promise<readonly Outcome[]> {
  const runner = scriptedRunner(results)
  const outcomes = await createKernelTarget({ runner, clock: systemClock, random: () => 0.5 }).apply(changes, never)
  assert.equal(runner.runs.length, results.length)
  return outcomes
}

async function observeError(...results: Partial<ProcessResult>[]): Promise<TargetError> {
  const target = createKernelTarget({ runner: scriptedRunner(results), clock: systemClock, random: () => 0.5 })
  try {
    await target.observe(never)
  } catch (error) {
    assert.ok(error instanceof TargetError)
    return error
  }
  return assert.fail('it was observed')
}

function verdicts(outcomes: readonly Outcome[]): string[] {
  return outcomes.map((outcome) => (outcome.kind === 'done' ? 'done' : `${outcome.kind} ${outcome.error.code}`))
}

describe('changing addresses', () => {
  it('starts ip once for 500 changes', async () => {
    const changes = Array.from({ length: 1001 }, (_, at) => bind(`198.18.${at >> 8}.${at & 255}`))
    assert.equal((await apply(changes, {}, {}, {})).length, 1001)
  })

  it('judges a line that failed by what is there, whatever words ip chose', async () => {
    const outcomes = await apply(
      [bind('192.0.2.1'), unbind('192.0.2.2'), bind('192.0.2.3'), unbind('192.0.2.4'), bind('192.0.2.5')],
      { end: failedOne, stderr: [1, 2, 3, 4].map((line) => `whatever\nCommand failed -:${line}\n`).join('') },
      { stdout: '1: lo    inet 192.0.2.1/24 scope global lo\\\n1: lo    inet 192.0.2.4/32 scope host lo\\\n' },
    )
    assert.deepEqual(verdicts(outcomes), ['done', 'done', 'failed rejected', 'failed rejected', 'done'])
  })

  it('is done with unbinding when only the same address with another prefix length is left', async () => {
    const outcomes = await apply(
      [unbind('192.0.2.1')],
      { end: failedOne, stderr: 'whatever\nCommand failed -:1\n' },
      { stdout: '1: lo    inet 192.0.2.1/24 scope global lo\\\n' },
    )
    assert.deepEqual(verdicts(outcomes), ['done'])
  })

  it('names the privilege that is missing', async () => {
    const [outcome] = await apply(
      [bind('192.0.2.1')],
      { end: failedOne, stderr: 'RTNETLINK answers: Operation not permitted\nCommand failed -:1\n' },
      {},
    )
    assert.ok(outcome?.kind === 'failed')
    assert.equal(outcome.error.code, 'not-permitted')
    assert.match(outcome.error.message, /binding 192\.0\.2\.1 to lo .* CAP_NET_ADMIN/)
  })

  it('fails every change where ip is not installed, and names the package', async () => {
    const [outcome] = await apply([bind('192.0.2.1')], { end: missing })
    assert.ok(outcome?.kind === 'failed')
    assert.equal(outcome.error.code, 'unsupported')
    assert.match(outcome.error.message, /install the Debian package iproute2/)
  })

  it('is unsure of all changes of a run that was cut short', async () => {
    const changes = [bind('192.0.2.1'), bind('192.0.2.2')]
    assert.deepEqual(verdicts(await apply(changes, { end: { kind: 'timed-out', after: 10_000 } })), [
      'unsure timeout',
      'unsure timeout',
    ])
    assert.deepEqual(verdicts(await apply(changes, { end: { kind: 'signalled', signal: 'SIGKILL' } })), [
      'unsure unreachable',
      'unsure unreachable',
    ])
  })

  it('is unsure of a line that failed when the addresses can not be listed', async () => {
    const outcomes = await apply(
      [bind('192.0.2.1'), bind('192.0.2.2')],
      { end: failedOne, stderr: 'whatever\nCommand failed -:2\n' },
      { end: { kind: 'timed-out', after: 10_000 } },
    )
    assert.deepEqual(verdicts(outcomes), ['done', 'unsure timeout'])
  })

  it('keeps a name that is no interface out of the batch', async () => {
    const outcomes = await apply([bind('192.0.2.1', 'lo\nlink del eth0'), bind('192.0.2.2')], {})
    assert.deepEqual(verdicts(outcomes), ['failed rejected', 'done'])
  })
})

describe('listing addresses', () => {
  it('takes the first interface of an address that is on two', async () => {
    const stdout = '1: lo    inet 192.0.2.1/32 scope host lo\\\n7: eth0    inet 192.0.2.1/24 scope global eth0\\\n'
    const target = createKernelTarget({ runner: scriptedRunner([{ stdout }]), clock: systemClock, random: () => 0.5 })
    assert.deepEqual([...(await target.observe(never)).addresses], [['192.0.2.1', 'lo']])
  })

  it('starts anew when a change disturbed it', async () => {
    const stderr = 'Dump was interrupted and may be inconsistent.\n'
    const stdout = '1: lo    inet 192.0.2.1/32 scope host lo\\\n'
    const runner = scriptedRunner([{ stderr }, { stdout }])
    const target = createKernelTarget({ runner, clock: systemClock, random: () => 0.5 })
    assert.equal((await target.observe(never)).addresses.size, 1)
    const error = await observeError({ stderr }, { stderr }, { stderr }, { stderr }, { stderr })
    assert.deepEqual([error.code, error.retryable], ['conflict', true])
  })

  it('says why it failed', async () => {
    assert.equal((await observeError({ end: missing })).code, 'unsupported')
    assert.equal((await observeError({ end: { kind: 'timed-out', after: 10_000 } })).code, 'timeout')
    const exited = await observeError({ end: { kind: 'exited', code: 1 }, stderr: 'Cannot open netlink socket\n' })
    assert.match(exited.message, /listing the addresses of this host failed: ip exited with 1: Cannot open netlink/)
  })
})
