import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ManagedSpeaker } from '../../src/domain/config.js'
import { systemClock } from '../../src/platform/clock.js'
import type { ProcessRunner } from '../../src/platform/process.js'
import { createManagedSpeaker } from '../../src/routers/gobgp/managed/speaker.js'
import type { ManagedSpeakerProcess } from '../../src/routers/gobgp/managed/types.js'
import { prefix } from '../unit/routers/managed/speakers.js'
import { startBird } from './bird.js'
import type { Bird } from './bird.js'
import type { GobgpRelease } from './gobgpd.js'
import { openNamespace, runnerInside } from './namespace.js'
import type { Namespace } from './namespace.js'
import { waitFor } from './wait.js'

/** What a managed speaker needs to know of its world; it goes to another process as JSON. */
export interface Place {
  readonly pid: number
  readonly gobgp: GobgpRelease
  readonly runDir: string
  readonly speaker: ManagedSpeaker
  readonly keepRoutesFor: number | null
}

/**
 * A host and a router (BIRD, AS 65000), each in a namespace, with two links: eth0 with 192.0.2.1/31 and 2001:db8::1/64 on
 * the host, eth1 without addresses, whose end at the router is down. The router is fe80::1 on both.
 */
export interface ManagedWorld {
  readonly host: Namespace
  readonly router: Namespace
  readonly bird: Bird
  readonly runDir: string
  /** Text of the route to a prefix in the router's kernel; empty: none. */
  kernelRoute(prefix: string): Promise<string>
  /** Waits until BIRD says that all of these sessions are established. */
  sessions(...names: string[]): Promise<void>
  /** The router's end of eth1 comes up, and the router sends something on both links, by which the host learns of it. */
  connectLinks(): Promise<void>
  close(): Promise<void>
}

export const hostAddresses = { ipv4: '192.0.2.1', ipv6: '2001:db8::1' }
export const routerAddresses = { ipv4: '192.0.2.0', ipv6: '2001:db8::' }

export async function openManagedWorld(birdProtocols: string): Promise<ManagedWorld> {
  const closers: (() => Promise<void> | void)[] = []
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).toReversed()) await closer()
  }
  try {
    const host = await openNamespace()
    closers.push(() => host.close())
    const router = await openNamespace(host)
    closers.push(() => router.close())
    const runDir = mkdtempSync(join(tmpdir(), 'vipcast-managed-'))
    closers.push(() => rmSync(runDir, { recursive: true, force: true }))
    await cable(host, router)
    const bird = await startBird(router, runDir, birdProtocols)
    closers.push(() => bird.close())
    const kernelRoute = (to: string): Promise<string> =>
      router.exec('ip', to.includes(':') ? '-6' : '-4', 'route', 'show', to)
    return {
      host,
      router,
      bird,
      runDir,
      kernelRoute,
      sessions: (...names) => waitForSessions(bird, names),
      connectLinks: () => connectLinks(host, router),
      close,
    }
  } catch (error) {
    // What is left open would keep this process, and so the test run, from ending.
    await close()
    throw error
  }
}

async function cable(host: Namespace, router: Namespace): Promise<void> {
  for (const device of ['eth0', 'eth1']) {
    const peer = ['peer', 'name', device, 'netns', String(router.pid)]
    await host.exec('ip', 'link', 'add', device, 'type', 'veth', ...peer)
    await host.exec('ip', 'link', 'set', device, 'up')
  }
  await number(host, `${hostAddresses.ipv4}/31`, `${hostAddresses.ipv6}/64`)
  await number(router, `${routerAddresses.ipv4}/31`, `${routerAddresses.ipv6}/64`)
  for (const device of ['eth0', 'eth1']) {
    await router.exec('ip', 'link', 'set', device, 'addrgenmode', 'none')
    await router.exec('ip', 'address', 'add', 'fe80::1/64', 'dev', device, 'nodad')
  }
  await router.exec('ip', 'link', 'set', 'eth0', 'up')
}

async function waitForSessions(bird: Bird, names: string[]): Promise<void> {
  const allUp = async (): Promise<boolean> => {
    const up = await bird.established()
    return names.every((name) => up.includes(name))
  }
  await waitFor(`the sessions ${names.join(', ')}`, allUp, 20_000, 50)
}

async function connectLinks(host: Namespace, router: Namespace): Promise<void> {
  await router.exec('ip', 'link', 'set', 'eth1', 'up')
  for (const device of ['eth0', 'eth1']) {
    const show = ['ip', '-6', '-o', 'address', 'show', 'dev', device, 'scope', 'link', '-tentative']
    const usable = async (): Promise<boolean> => (await host.exec(...show)).includes('inet6')
    await waitFor(`the host has a link-local address on ${device}`, usable, 20_000, 50)
    const [, address = ''] = /inet6 ([^/]+)/.exec(await host.exec(...show)) ?? []
    await router.exec('bash', '-c', `echo >'/dev/udp/${address}%${device}/9'`)
  }
}

async function number(space: Namespace, ...addresses: string[]): Promise<void> {
  for (const address of addresses) await space.exec('ip', 'address', 'add', address, 'dev', 'eth0', ...nodad(address))
}

function nodad(address: string): string[] {
  return address.includes(':') ? ['nodad'] : []
}

export function managedSpeaker(place: Place): ManagedSpeakerProcess {
  return createManagedSpeaker({
    name: 'own',
    speaker: place.speaker,
    pools: [prefix('203.0.113.0/24'), prefix('2001:db8:53::/48')],
    runDir: place.runDir,
    keepRoutesFor: place.keepRoutesFor,
    runner: withGobgp(runnerInside(place.pid), place.gobgp),
    clock: systemClock,
    random: Math.random,
  })
}

/** Puts the release to be tried in the place of the one on the path. */
function withGobgp(runner: ProcessRunner, { daemon }: GobgpRelease): ProcessRunner {
  const replaced = ([program = '', ...args]: readonly string[]): string[] => [
    program === 'gobgpd' ? daemon : program,
    ...args,
  ]
  return {
    run: (argv, options) => runner.run(replaced(argv), options),
    runGroup: (argv, options) => runner.runGroup(replaced(argv), options),
    start: (argv, options) => runner.start(replaced(argv), options),
  }
}
