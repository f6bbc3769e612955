import assert from 'node:assert/strict'
import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { systemClock } from '../../src/platform/clock.js'
import { createProcessRunner } from '../../src/platform/process.js'
import type { SpeakerEvent } from '../../src/routers/gobgp/managed/types.js'
import { gobgpOfDebian, installedGobgp } from '../support/gobgpd.js'
import type { GobgpRelease } from '../support/gobgpd.js'
import { managedSpeaker, openManagedWorld, routerAddresses } from '../support/managed-world.js'
import type { ManagedWorld, Place } from '../support/managed-world.js'
import { isAlive, waitFor } from '../support/wait.js'
import { neighbor, speaker } from '../unit/routers/managed/speakers.js'

const secret = 'it is a #secret \\ ${word}'

/** Sessions that must be opened from the other end. */
const passive = `
protocol static { ipv4; route 198.51.100.0/24 blackhole; }
protocol bgp v4 { local 192.0.2.0 as 65000; neighbor 192.0.2.1 as 65001; passive; password "${secret}";
  ipv4 { import all; export all; }; }
protocol bgp v6 { local 2001:db8:: as 65000; neighbor 2001:db8::1 as 65001; passive; ttl security on;
  ipv6 { import all; export all; }; }
protocol bgp eth1 { local fe80::1 as 65000; neighbor range fe80::/10 as 65001; interface "eth1";
  dynamic name "cable"; ipv4 { import all; export all; extended next hop on; }; ipv6 { import all; export all; }; }
`

// Side by side: most of the time is waiting for timers of gobgpd.
describe('on a real router', { concurrency: true }, () => {
  stories('as installed', installedGobgp)
  stories('of Debian sid', () => gobgpOfDebian('sid'))
  keptStory('as installed', installedGobgp)
  keptStory('of Debian sid', () => gobgpOfDebian('sid'))
  bfdStory()
})

function stories(which: string, find: () => Promise<GobgpRelease>): void {
  describe(`a managed gobgpd, ${which}`, { concurrency: 1 }, () => {
    let gobgp: GobgpRelease
    let world: ManagedWorld
    let parent: Parent
    before(async () => {
      gobgp = await find()
      world = await openManagedWorld(passive)
      const passwordFile = join(world.runDir, 'password')
      writeFileSync(passwordFile, `${secret}\n`)
      parent = startParent({
        ...place(world, gobgp),
        speaker: speaker(
          neighbor(routerAddresses.ipv4, { passwordFile }),
          neighbor(routerAddresses.ipv6, { ttlSecurity: 255 }),
          neighbor('eth1'),
        ),
      })
    })
    after(async () => {
      parent?.kill()
      await world?.close()
    })
    const inject = (prefix: string): Promise<string> => put(world, gobgp, prefix)

    it('opens its sessions with a password and with TTL security, and with the timers configured', async () => {
      await world.sessions('v4', 'v6')
      assert.match(await world.bird.details('v4'), /Hold timer: +[\d.]+\/9\n +Keepalive timer: +[\d.]+\/3/)
    })

    it('opens no port, and shows its configuration to nobody', async () => {
      assert.equal(await world.host.exec('ss', '-H', '-lntu'), '')
      assert.equal(statSync(join(world.runDir, 'gobgpd-own.toml')).mode & 0o777, 0o600)
    })

    it('sends host routes inside the pools, and nothing else that is put into it', async () => {
      for (const prefix of ['203.0.113.128/25', '198.18.0.1/32', '203.0.113.1/32']) await inject(prefix)
      for (const prefix of ['2001:db8:53:1::/64', '2001:db8:54::1/128', '2001:db8:53::1/128']) await inject(prefix)
      // The last of each family is the one to arrive: when it has, those before it were dealt with.
      for (const prefix of ['203.0.113.1/32', '2001:db8:53::1/128']) {
        await waitFor(`${prefix} in the router's kernel`, async () => (await world.kernelRoute(prefix)) !== '')
      }
      assert.deepEqual(await world.bird.routes('v4'), ['203.0.113.1/32'])
      assert.deepEqual(await world.bird.routes('v6'), ['2001:db8:53::1/128'])
    })

    it('takes nothing that its neighbor sends', async () => {
      await waitFor('the neighbor has sent its route', async () =>
        (await client(world, gobgp, 'neighbor', routerAddresses.ipv4, 'adj-in')).includes('198.51.100.0/24'),
      )
      assert.doesNotMatch(await client(world, gobgp, 'global', 'rib'), /198\.51\.100\.0/)
    })

    it('leaves a link out that has no neighbor, and adds it later without touching the other sessions', async () => {
      assert.ok(parent.events.some((event) => event.kind === 'left-out' && event.interface === 'eth1'))
      const since = /^v4 .* up +(\S+) /m
      const [, before] = since.exec(await world.bird.details('v4')) ?? []
      await world.connectLinks()
      await waitFor('the link is added', () => parent.events.some(({ kind }) => kind === 'added'))
      await world.sessions('v4', 'v6', 'cable1')
      assert.ok(before)
      assert.equal(since.exec(await world.bird.details('v4'))?.[1], before)
      await waitFor('routes over the link', async () => (await world.bird.routes('cable1')).length === 2)
      assert.deepEqual(await world.bird.routes('cable1'), ['2001:db8:53::1/128', '203.0.113.1/32'])
    })

    it('is started again when it is killed, and its neighbors lose its routes until then', async () => {
      process.kill(parent.pid(), 'SIGKILL')
      await waitFor('the route is gone', async () => (await world.kernelRoute('203.0.113.1/32')) === '')
      await waitFor('it was started again', () => parent.events.filter(({ kind }) => kind === 'started').length === 2)
      assert.match(JSON.stringify(parent.events), /gobgpd was killed by SIGKILL/)
      await world.sessions('v4', 'v6')
      await inject('203.0.113.1/32')
      await waitFor('the route is back', async () => (await world.kernelRoute('203.0.113.1/32')) !== '')
    })

    it('is gone when its parent is killed, and its routes with it', async () => {
      const pid = parent.pid()
      parent.kill()
      await waitFor('gobgpd is gone', () => !isAlive(pid))
      await waitFor('the route is gone', async () => (await world.kernelRoute('203.0.113.1/32')) === '')
    })
  })
}

function keptStory(which: string, find: () => Promise<GobgpRelease>): void {
  describe(`a managed gobgpd whose routes are to be kept, ${which}`, () => {
    let gobgp: GobgpRelease
    let world: ManagedWorld
    before(async () => {
      gobgp = await find()
      world = await openManagedWorld(active)
    })
    after(async () => await world?.close())

    it('is reached by a neighbor that opens the session, and leaves its routes there over a restart', async () => {
      const listen = { port: 179, addresses: [] }
      const own = { ...speaker(neighbor(routerAddresses.ipv4)), listen }
      const managed = managedSpeaker({ ...place(world, gobgp), speaker: own, keepRoutesFor: 60_000 })
      const route = async (): Promise<boolean> => (await world.kernelRoute('203.0.113.1/32')) !== ''
      const runOnce = async (story: () => Promise<void>): Promise<void> => {
        const life = new AbortController()
        const running = managed.run(life.signal, () => {})
        try {
          await waitFor('the route is put in', () =>
            put(world, gobgp, '203.0.113.1/32').then(
              () => true,
              () => false,
            ),
          )
          await world.sessions('v4')
          await story()
        } finally {
          life.abort()
          await running
        }
      }
      await runOnce(async () => await waitFor('the route', route))
      assert.match(await world.bird.details('v4'), /graceful restart active/)
      const watching = new AbortController()
      const watched = losses(route, watching.signal)
      await runOnce(
        async () =>
          await waitFor(
            'the end of the restart',
            async () => !/graceful restart active/.test(await world.bird.details('v4')),
          ),
      )
      watching.abort()
      assert.deepEqual([await route(), await watched], [true, 0])
    })
  })
}

/** Only newer releases have it; BIRD is asked, since it knows its own side of the session. */
function bfdStory(): void {
  describe('a managed gobgpd with BFD, of Debian sid', () => {
    let world: ManagedWorld
    before(async () => {
      world = await openManagedWorld(bfd)
    })
    after(async () => await world?.close())

    it('that hangs is noticed long before the hold time', async () => {
      const gobgp = await gobgpOfDebian('sid')
      const life = new AbortController()
      const own = speaker(neighbor(routerAddresses.ipv4, { bfd: true, holdTime: 90_000, keepalive: 30_000 }))
      let pid = 0
      const running = managedSpeaker({ ...place(world, gobgp), speaker: own }).run(life.signal, (event) => {
        if (event.kind === 'started') pid = event.pid
      })
      try {
        await world.sessions('v4')
        await waitFor('BFD is up', async () => /\bUp\b/.test(await world.bird.ask('show', 'bfd', 'sessions')))
        process.kill(pid, 'SIGSTOP')
        await waitFor('BIRD gives up', async () => /BFD session down/.test(await world.bird.details('v4')))
      } finally {
        process.kill(pid, 'SIGCONT')
        life.abort()
        await running
      }
    })
  })
}

const bfd = `
protocol bfd { interface "eth0" { interval 200 ms; multiplier 3; }; }
protocol bgp v4 { local 192.0.2.0 as 65000; neighbor 192.0.2.1 as 65001; bfd on; ipv4 { import all; export none; }; }
`

const active = `
protocol bgp v4 { local 192.0.2.0 as 65000; neighbor 192.0.2.1 as 65001; connect delay time 3; connect retry time 3;
  error wait time 1, 1; ipv4 { import all; export none; }; }
`

/** How often it did not hold, until the signal aborts. */
async function losses(holds: () => Promise<boolean>, signal: AbortSignal): Promise<number> {
  let count = 0
  while (!signal.aborted) if (!(await holds())) count += 1
  return count
}

/** A process that runs a managed speaker; it dies with the test. */
interface Parent {
  readonly events: SpeakerEvent[]
  /** The gobgpd that it started last. */
  pid(): number
  kill(): void
}

function startParent(where: Place): Parent {
  const script = fileURLToPath(new URL('../support/managed-parent.js', import.meta.url))
  const { signal } = new AbortController()
  const parent = createProcessRunner(systemClock).start([process.execPath, script, JSON.stringify(where)], { signal })
  const events: SpeakerEvent[] = []
  const read = async (): Promise<void> => {
    for await (const line of parent.lines) events.push(JSON.parse(line) as SpeakerEvent)
  }
  void read()
  return {
    events,
    pid: () => {
      const started = events.findLast((event) => event.kind === 'started')
      assert.ok(started, 'it was started')
      return started.pid
    },
    kill: () => parent.kill('SIGKILL'),
  }
}

function place(world: ManagedWorld, gobgp: GobgpRelease): Omit<Place, 'speaker'> {
  return { pid: world.host.pid, gobgp, runDir: world.runDir, keepRoutesFor: null }
}

/** gobgpd's own command line client: somebody else than vipcast. */
function client(world: ManagedWorld, gobgp: GobgpRelease, ...args: string[]): Promise<string> {
  return world.host.exec(gobgp.client, '--target', `unix://${world.runDir}/gobgpd-own.sock`, ...args)
}

function put(world: ManagedWorld, gobgp: GobgpRelease, prefix: string): Promise<string> {
  return client(world, gobgp, 'global', 'rib', 'add', '-a', prefix.includes(':') ? 'ipv6' : 'ipv4', prefix)
}
