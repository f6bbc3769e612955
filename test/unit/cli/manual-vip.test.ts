import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { acquireGuard } from '../../../src/daemon/guard.js'
import type { OperatorAnswer, VipStatus } from '../../../src/domain/snapshot.js'
import { runCli, type Ran } from '../../support/cli.js'
import { openControl, temporaryDirectory } from '../../support/control-harness.js'
import { sampleDaemon, sampleWorld } from '../../support/sample-world.js'

const done: OperatorAnswer = { kind: 'done', text: 'done' }
const starting: OperatorAnswer = { kind: 'refused', code: 'busy', message: 'vipcast is still starting.', remedy: '' }

/** The sample's VIPs, as if all were claimed by hand. */
const vips = (over: Partial<VipStatus> = {}): VipStatus[] =>
  sampleWorld().vips.map((vip) => ({ ...vip, mode: 'manual', ...over }))

/** A run directory without a daemon, and a command line that looks there. */
async function alone(t: TestContext): Promise<{ runDir: string; run: (...argv: string[]) => Promise<Ran> }> {
  const directory = await temporaryDirectory(t)
  const runDir = join(directory, 'run')
  mkdirSync(runDir)
  const file = join(directory, 'vipcast.yaml')
  const text = `pools: [203.0.113.0/24]
runDir: ${runDir}
routers: {edge: {type: gobgp, address: "127.0.0.1:50051"}}
vips:
  homes: {mode: manual, addresses: [203.0.113.20]}
  web: {addresses: [203.0.113.80]}
`
  writeFileSync(file, text)
  return { runDir, run: (...argv) => runCli([...argv, '--config', file]) }
}

const claimed = '{"format":1,"claimed":["homes","other"]}\n'
const bound = '{"format":1}\n{"op":"bind","address":"203.0.113.20","interface":"lo"}\n'
const announced = '{"format":1}\n{"op":"announce","address":"203.0.113.20","router":"edge"}\n'
const others = '{"format":1}\n{"op":"bind","address":"203.0.113.80","interface":"lo"}\n'
const foreign = '{"format":99}\n'

test('claim --check tells whether a VIP is claimed and announced, and why not', async (t) => {
  const daemon = sampleDaemon({ ...sampleWorld(), vips: vips() })
  const { socket } = await openControl(t, daemon)
  const check = (vip: string): Promise<Ran> => runCli(['claim', vip, '--check'], { env: { VIPCAST_SOCKET: socket } })
  assert.deepEqual(await check('resolver'), { code: 0, out: 'resolver is announced.\n', err: '' })
  const { code, err } = await check('web')
  assert.equal(code, 3)
  assert.match(err, /^vipcast: web is not announced: check-failed, .*: `vipcast explain web` tells why\n$/)
  daemon.world.vips = vips({ request: { kind: 'unclaimed' } })
  assert.equal((await check('resolver')).code, 3, 'it may be on its way out')
  daemon.world.vips = sampleWorld().vips
  assert.equal((await check('resolver')).code, 2, 'it is not of mode manual')
  assert.deepEqual(daemon.requests, [])
})

test('claim --wait asks a daemon that is still starting again', async (t) => {
  const daemon = sampleDaemon({ ...sampleWorld(), vips: vips(), answer: starting })
  const { socket } = await openControl(t, daemon)
  const run = (wait: string): Promise<Ran> =>
    runCli(['claim', 'resolver', '--wait', wait], { env: { VIPCAST_SOCKET: socket } })
  const ranOut = await run('1ms')
  assert.equal(ranOut.code, 3)
  assert.match(ranOut.err, /resolver is not announced in time: vipcast is still starting/)
  const asked = run('30s')
  const before = daemon.requests.length
  while (daemon.requests.length === before) await new Promise((resolve) => setTimeout(resolve, 1))
  daemon.world.answer = done
  assert.equal((await asked).code, 0)
})

for (const [left, files] of Object.entries({
  'a claim': { 'claims.json': claimed },
  'an address': { journal: bound },
  'a route': { journal: announced },
  'a journal of a later release': { journal: foreign },
})) {
  test(`release --check without a daemon finds ${left}, and changes nothing: exit 3`, async (t) => {
    const { runDir, run } = await alone(t)
    for (const [name, text] of Object.entries(files)) writeFileSync(join(runDir, name), text)
    assert.equal((await run('release', 'homes', '--check')).code, 3)
    for (const [name, text] of Object.entries(files)) assert.equal(readFileSync(join(runDir, name), 'utf8'), text)
  })
}

test("release --check without a daemon takes other VIPs' claims and addresses for nothing of it: exit 0", async (t) => {
  const { runDir, run } = await alone(t)
  writeFileSync(join(runDir, 'claims.json'), claimed.replace('"homes",', ''))
  writeFileSync(join(runDir, 'journal'), others)
  assert.deepEqual(await run('release', 'homes', '--check'), { code: 0, out: 'homes is released.\n', err: '' })
})

test('release --check goes by the addresses that the last daemon ran with', async (t) => {
  const { runDir, run } = await alone(t)
  const file = join(runDir, '..', 'vipcast.yaml')
  writeFileSync(join(runDir, 'in-force.yaml'), readFileSync(file, 'utf8').replace('203.0.113.20', '203.0.113.99'))
  writeFileSync(join(runDir, 'journal'), bound.replace('203.0.113.20', '203.0.113.99'))
  assert.equal((await run('release', 'homes', '--check')).code, 3)
})

test('release without a daemon takes the claim back, and only this one', async (t) => {
  const { runDir, run } = await alone(t)
  writeFileSync(join(runDir, 'claims.json'), claimed)
  assert.deepEqual(await run('release', 'homes'), { code: 0, out: 'homes: released; no daemon runs.\n', err: '' })
  assert.equal(readFileSync(join(runDir, 'claims.json'), 'utf8'), '{"format":1,"claimed":["other"]}\n')
})

test('release --wait without a daemon waits for what was left, and exits 3 when it stays', async (t) => {
  const { runDir, run } = await alone(t)
  writeFileSync(join(runDir, 'journal'), bound)
  const { code, err } = await run('release', 'homes', '--wait', '100ms')
  assert.equal(code, 3)
  assert.match(err, /^vipcast: homes is not unbound in time: no daemon listens on /)
  const asked = run('release', 'homes', '--wait', '30s')
  writeFileSync(join(runDir, 'journal'), others)
  assert.deepEqual(await asked, { code: 0, out: 'homes is unbound; no daemon runs.\n', err: '' })
})

test('release leaves a claim alone that a daemon may just have read: no daemon', async (t) => {
  const { runDir, run } = await alone(t)
  writeFileSync(join(runDir, 'claims.json'), claimed)
  const guarded = await acquireGuard({ runDir, silence: 60_000, afterCrash: [] })
  assert.ok(guarded.kind === 'held')
  assert.equal((await run('release', 'homes')).code, 4)
  assert.equal(readFileSync(join(runDir, 'claims.json'), 'utf8'), claimed)
  await guarded.guard.release()
})

test('release of what is no manual VIP is an error of usage, with and without a daemon', async (t) => {
  const { run } = await alone(t)
  assert.match((await run('release', 'nobody', '--check')).err, /the configuration has no VIP named "nobody"/)
  for (const vip of ['nobody', 'web']) {
    for (const how of [['--check'], [], ['--wait', '1s']]) assert.equal((await run('release', vip, ...how)).code, 2)
  }
})
