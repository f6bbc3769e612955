import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Entries, WithdrawAllResult } from '../../../src/cli/entries.js'
import { TargetError } from '../../../src/domain/target.js'
import { runCli, transcript } from '../../support/cli.js'
import { temporaryDirectory } from '../../support/control-harness.js'
import { matchesGolden } from '../../support/golden.js'
import { checked, samplePreview } from '../../support/sample-preview.js'

const fixtures = fileURLToPath(new URL('../../../../test/fixtures/cli', import.meta.url))

/** The daemon's entries, which find what they are told here. */
function entries(withdrawn: WithdrawAllResult): Partial<Entries> {
  return {
    preview: () =>
      Promise.resolve({
        preview: () => Promise.resolve(samplePreview),
        checkOnce: ([vip]) =>
          Promise.resolve(
            vip?.name === 'resolver'
              ? [checked('resolver', 'tcp', 'pass', 'connected', { address: '2001:db8:53::53' })]
              : [...(samplePreview.vips[1]?.checks ?? [])],
          ),
      }),
    oneShot: () => Promise.resolve({ withdrawAll: () => Promise.resolve(withdrawn) }),
  }
}

const done: WithdrawAllResult = { kind: 'done', withdrawn: 3, unbound: 1 }
const left: WithdrawAllResult = { kind: 'left', left: ['203.0.113.80/32 at edge', '203.0.113.53/32 at edge'] }
const refused: WithdrawAllResult = { kind: 'refused', message: 'process 4711 holds /run/vipcast' }

const cases: Record<string, { argv: string[]; file?: string; withdrawn?: WithdrawAllResult; exit: number }> = {
  'validate-valid': { argv: ['validate'], exit: 0 },
  'validate-valid-json': { argv: ['validate', '--json'], exit: 0 },
  'validate-wrong': { argv: ['validate'], file: 'wrong.yaml', exit: 2 },
  'validate-wrong-json': { argv: ['validate', '--json'], file: 'wrong.yaml', exit: 2 },
  'validate-local': { argv: ['validate'], file: 'local.yaml', exit: 0 },
  'validate-missing': { argv: ['validate', '/nowhere/vipcast.yaml'], exit: 2 },
  plan: { argv: ['plan'], exit: 0 },
  'plan-json': { argv: ['plan', '--json'], exit: 0 },
  'plan-wrong': { argv: ['plan'], file: 'wrong.yaml', exit: 2 },
  'check-pass': { argv: ['check', 'resolver'], exit: 0 },
  'check-fail': { argv: ['check', 'web'], exit: 3 },
  'check-fail-json': { argv: ['check', 'web', '--json'], exit: 3 },
  'check-unknown': { argv: ['check', 'nobody'], exit: 2 },
  'withdraw-offline': { argv: ['withdraw', '--all'], exit: 0 },
  'withdraw-offline-json': { argv: ['withdraw', '--all', '--json'], exit: 0 },
  'withdraw-offline-left': { argv: ['withdraw', '--all'], withdrawn: left, exit: 1 },
  'withdraw-offline-refused': { argv: ['withdraw', '--all'], withdrawn: refused, exit: 1 },
  'withdraw-offline-wrong': { argv: ['withdraw', '--all'], file: 'wrong.yaml', exit: 2 },
  help: { argv: ['--help'], exit: 0 },
  ...Object.fromEntries(
    [
      'run',
      'validate',
      'plan',
      'status',
      'explain',
      'check',
      'events',
      'drain',
      'undrain',
      'disable',
      'enable',
      'claim',
      'release',
      'reload',
      'withdraw',
    ].map((command) => [`help-${command}`, { argv: [command, '--help'], exit: 0 }]),
  ),
}

for (const [name, { argv, file = 'valid.yaml', withdrawn = done, exit }] of Object.entries(cases)) {
  test(`vipcast ${argv.join(' ')} prints what ${name}.golden holds`, async (t) => {
    const directory = await temporaryDirectory(t)
    const env = { VIPCAST_SOCKET: `${directory}/control.sock`, VIPCAST_CONFIG: `${fixtures}/${file}` }
    const ran = await runCli(argv, { env, entries: entries(withdrawn) })
    matchesGolden(name, transcript(argv, ran, { [fixtures]: '<fixtures>', [directory]: '<dir>' }))
    assert.equal(ran.code, exit)
  })
}

test('what the kernel or a router says is shown as it is, and what is forbidden exits 5', async () => {
  const failing = (fault: Error): Partial<Entries> => ({
    preview: () => Promise.resolve({ preview: () => Promise.reject(fault), checkOnce: () => Promise.reject(fault) }),
  })
  const argv = ['plan', '--config', `${fixtures}/valid.yaml`]
  const forbidden = new TargetError('not-permitted', 'ip may not be run: run it as root')
  const one = await runCli(argv, { entries: failing(forbidden) })
  assert.deepEqual([one.code, one.err], [5, 'vipcast: ip may not be run: run it as root\n'])
  const aborted = await runCli(argv, { entries: failing(new DOMException('aborted', 'AbortError')) })
  assert.deepEqual([aborted.code, aborted.err], [1, 'vipcast: interrupted before it was done: run it again\n'])
  const fault = await runCli(argv, { entries: failing(new Error('x is undefined')) })
  assert.deepEqual(
    [fault.code, fault.err],
    [1, 'vipcast: x is undefined: this is a fault in vipcast: please report it\n'],
  )
})
