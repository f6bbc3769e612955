import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OperatorAnswer } from '../../../src/domain/snapshot.js'
import { runCli, transcript } from '../../support/cli.js'
import { openControl } from '../../support/control-harness.js'
import type { FakeWorld } from '../../support/fake-daemon.js'
import { matchesGolden } from '../../support/golden.js'
import { overrideWorld } from '../../support/override-world.js'
import {
  calmWorld,
  localWorld,
  sampleDaemon,
  sampleWorld,
  sourceWorld,
  suspendedWorld,
} from '../../support/sample-world.js'

// Times are shown where the reader is.
process.env['TZ'] = 'UTC'

const refusedReload: OperatorAnswer = {
  kind: 'refused',
  code: 'invalid-config',
  message: '/etc/vipcast/vipcast.yaml:3:5: vips.web.mode: "anicast" is no mode. Write anycast\n',
  remedy: 'Correct the file and reload again; the last valid one stays in force.',
}

const cases: Record<string, { argv: string[]; world?: Partial<FakeWorld>; exit: number }> = {
  status: { argv: ['status'], exit: 3 },
  'status-json': { argv: ['status', '--json'], world: calmWorld(), exit: 0 },
  'status-one': { argv: ['status', 'resolver'], exit: 0 },
  'status-calm': { argv: ['status'], world: calmWorld(), exit: 0 },
  'status-stale': { argv: ['status'], world: { ...calmWorld(), stale: 'line 3: unknown key' }, exit: 0 },
  'status-suspended': { argv: ['status'], world: suspendedWorld(), exit: 0 },
  'status-empty': { argv: ['status'], world: { vips: [], routers: [] }, exit: 0 },
  'status-unknown-vip': { argv: ['status', 'nobody'], exit: 2 },
  'explain-announced': { argv: ['explain', 'resolver'], exit: 0 },
  'explain-announced-json': { argv: ['explain', 'resolver', '--json'], exit: 0 },
  'explain-check-failed': { argv: ['explain', 'web'], exit: 0 },
  'explain-hold-down': { argv: ['explain', 'mail'], exit: 0 },
  'explain-kept': { argv: ['explain', 'customer-portal-production-frankfurt-a'], exit: 0 },
  'explain-bind-failed': { argv: ['explain', 'taken'], exit: 0 },
  'explain-no-session': { argv: ['explain', 'ldap'], exit: 0 },
  'explain-disabled': { argv: ['explain', 'shop'], exit: 0 },
  'explain-degraded': { argv: ['explain', 'cache'], exit: 0 },
  'status-local': { argv: ['status'], world: localWorld(), exit: 3 },
  'explain-local': { argv: ['explain', 'farm'], world: localWorld(), exit: 0 },
  'explain-local-json': { argv: ['explain', 'farm', '--json'], world: localWorld(), exit: 0 },
  'explain-not-silent': { argv: ['explain', 'shop'], world: localWorld(), exit: 0 },
  'status-override': { argv: ['status'], world: overrideWorld(), exit: 3 },
  'explain-override': { argv: ['explain', 'shop'], world: overrideWorld(), exit: 0 },
  'explain-override-json': { argv: ['explain', 'shop', '--json'], world: overrideWorld(), exit: 0 },
  'explain-override-latched': { argv: ['explain', 'pay'], world: overrideWorld(), exit: 0 },
  'explain-address-conflict': { argv: ['explain', 'mail'], world: overrideWorld(), exit: 0 },
  rearm: { argv: ['rearm', 'shop'], exit: 0 },
  'rearm-json': { argv: ['rearm', 'shop', '--json'], exit: 0 },
  'explain-in-part': { argv: ['explain', 'backup'], exit: 0 },
  'explain-unknown-vip-json': { argv: ['explain', 'nobody', '--json'], exit: 2 },
  events: { argv: ['events'], exit: 0 },
  'events-json': { argv: ['events', '--json'], exit: 0 },
  disable: { argv: ['disable', 'web', 'mail'], exit: 0 },
  'disable-json': { argv: ['disable', '--all', '--json'], exit: 0 },
  'disable-nothing': { argv: ['disable'], exit: 2 },
  'enable-both': { argv: ['enable', 'web', '--all'], exit: 2 },
  enable: { argv: ['enable', 'web'], exit: 0 },
  drain: { argv: ['drain', 'web', '--for', '30m'], exit: 0 },
  'drain-json': { argv: ['drain', 'web', '--json'], exit: 0 },
  'drain-all-unasked': { argv: ['drain', '--all'], exit: 2 },
  'drain-all': { argv: ['drain', '--all', '--yes'], exit: 0 },
  'drain-for-what': { argv: ['drain', 'web', '--for', '30'], exit: 2 },
  'drain-wait': { argv: ['drain', 'shop', '--wait'], exit: 0 },
  'drain-wait-in-vain': { argv: ['drain', 'shop', '--wait'], world: { connections: 2 }, exit: 3 },
  'drain-wait-json': { argv: ['drain', 'shop', '--wait', '--json'], exit: 0 },
  undrain: { argv: ['undrain', 'web'], exit: 0 },
  source: { argv: ['source'], world: sourceWorld(), exit: 0 },
  'source-json': { argv: ['source', '--json'], world: sourceWorld(), exit: 0 },
  'source-none': { argv: ['source'], exit: 0 },
  'source-off': {
    argv: ['source'],
    world: { sources: { ...sourceWorld().sources, enabled: false, error: 'listing the routes of this host failed' } },
    exit: 0,
  },
  'source-add': { argv: ['source', 'add', 'web', 'eth2'], exit: 0 },
  'source-remove-what': { argv: ['source', 'remove', 'web'], exit: 2 },
  'source-enable': { argv: ['source', 'enable'], exit: 0 },
  'source-disable': { argv: ['source', 'disable', 'eth2', '--json'], exit: 0 },
  'explain-source': { argv: ['explain', 'resolver'], world: sourceWorld(), exit: 0 },
  claim: { argv: ['claim', 'web'], exit: 0 },
  'claim-wait': { argv: ['claim', 'resolver', '--wait', '5s'], exit: 0 },
  'claim-wait-in-vain': { argv: ['bind', 'web', '--wait', '1ms'], exit: 3 },
  'claim-wait-in-vain-json': { argv: ['claim', 'web', '--wait', '1ms', '--json'], exit: 3 },
  'release-wait-in-vain': { argv: ['unbind', 'resolver', '--wait', '1ms'], exit: 3 },
  reload: { argv: ['reload'], exit: 0 },
  'reload-refused': { argv: ['reload'], world: { answer: refusedReload }, exit: 2 },
  'reload-refused-json': { argv: ['reload', '--json'], world: { answer: refusedReload }, exit: 2 },
  withdraw: { argv: ['withdraw', '--all'], exit: 0 },
  'withdraw-json': { argv: ['withdraw', '--all', '--json'], exit: 0 },
  'withdraw-without-all': { argv: ['withdraw'], exit: 2 },
}

for (const [name, { argv, world, exit }] of Object.entries(cases)) {
  test(`vipcast ${argv.join(' ')} prints what ${name}.golden holds`, async (t) => {
    const { socket, directory } = await openControl(t, sampleDaemon({ ...sampleWorld(), ...world }))
    const ran = await runCli(argv, { env: { VIPCAST_SOCKET: socket } })
    matchesGolden(name, transcript(argv, ran, { [directory]: '<dir>' }))
    assert.equal(ran.code, exit)
  })
}
