import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../src/platform/clock.js'
import { createProcessRunner } from '../../src/platform/process.js'
import { GobgpTarget } from '../../src/routers/gobgp/target.js'
import { edge, pools } from '../contract/router.contract.js'
import { recordedAttributes, type GobgpRecording, type RecordedCall } from './gobgp-recording.js'
import { openGobgpWorld, type GobgpWorld } from './gobgp-world.js'
import { gobgpOfDebian, installedGobgp } from './gobgpd.js'
import { GrpcTap } from './grpc-tap.js'
import { announce } from './routes.js'
import { waitFor } from './wait.js'

// Writes test/fixtures/gobgp/<version>.json anew, from a real daemon of each generation and its own client. Run by hand
// when a call is added:  make build && node build/test/support/record-gobgp.js

const never = new AbortController().signal

async function record(world: GobgpWorld, version: string, client: string, folder: string): Promise<GobgpRecording> {
  const tap = new GrpcTap()
  const path = join(folder, 'tap.sock')
  const stop = await tap.listen(path, world.daemon.socket)
  const runner = createProcessRunner(systemClock)
  const add = async (network: string, family: string): Promise<RecordedCall> => {
    const argv = [client, '--target', `unix://${path}`, 'global', 'rib', 'add', '-a', family, network]
    await runner.run([...argv, ...recordedAttributes], { timeout: 20_000, signal: never })
    return last(tap.take())
  }
  const addIpv4 = await add('203.0.113.53/32', 'ipv4')
  const addIpv6 = await add('2001:db8:53::53/128', 'ipv6')
  await world.learn('203.0.113.98/32')
  const target = new GobgpTarget({
    name: 'tap',
    endpoint: { kind: 'unix', path },
    pools,
    clock: systemClock,
    random: Math.random,
  })
  await waitFor('the sessions', async () => {
    tap.take()
    return (await established(target)) === 2
  })
  const calls = tap.take().filter(({ responses }) => responses.length > 0)
  const [getBgp, listIpv4, listIpv6, listPeer] = calls as [RecordedCall, RecordedCall, RecordedCall, RecordedCall]
  for await (const hint of target.hints(never)) {
    if (hint.kind !== 'connected') continue
    await target.apply([announce('203.0.113.54')], never)
    await world.add('203.0.113.99/32', 7)
    await world.lose('203.0.113.99/32')
    await world.daemon.cli('neighbor', edge, 'disable')
    await waitFor('the session is lost', async () => (await established(target)) === 1)
    break
  }
  const watch = tap.take().reduce((a, b) => (b.responses.length > a.responses.length ? b : a))
  stop()
  return { version, addIpv4, addIpv6, getBgp, listIpv4, listIpv6, listPeer, watch }
}

async function established(target: GobgpTarget): Promise<number> {
  return (await target.observe(never)).sessions.filter((one) => one.established).length
}

function last(calls: RecordedCall[]): RecordedCall {
  const call = calls.at(-1)
  if (call === undefined) throw new Error('nothing was recorded')
  return call
}

for (const release of [await installedGobgp(), await gobgpOfDebian('sid')]) {
  const world = await openGobgpWorld(release)
  const folder = mkdtempSync(join(tmpdir(), 'vipcast-record-'))
  try {
    const recording = await record(world, release.version, release.client, folder)
    writeFileSync(`test/fixtures/gobgp/${release.version}.json`, `${JSON.stringify(recording, null, 2)}\n`)
  } finally {
    await world.close()
    rmSync(folder, { recursive: true })
  }
}
