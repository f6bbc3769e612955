import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { packageFile } from '../../src/platform/package-file.js'
import { Gobgpd, gobgpOfDebian, installedGobgp } from '../support/gobgpd.js'
import type { GobgpRelease } from '../support/gobgpd.js'
import { openManagedWorld } from '../support/managed-world.js'
import type { ManagedWorld } from '../support/managed-world.js'
import { waitFor } from '../support/wait.js'

const passive = 'passive; ipv4 { import all; export all; extended next hop on; }; ipv6 { import all; export all; };'

const numbered = `
protocol bgp v4 { local 192.0.2.0 as 65000; neighbor 192.0.2.1 as 65001; passive; ipv4 { import all; export all; }; }
protocol bgp v6 { local 2001:db8:: as 65000; neighbor 2001:db8::1 as 65001; passive; ipv6 { import all; export all; }; }
`
const unnumbered = ['eth0', 'eth1']
  .map(
    (device) => `protocol bgp of_${device} { local fe80::1 as 65000; neighbor range fe80::/10 as 65001;
    interface "${device}"; dynamic name "${device}_"; ${passive} }`,
  )
  .join('\n')

// Side by side: most of the time is waiting for timers of gobgpd.
describe('a ready configuration', { concurrency: true }, () => {
  for (const [which, find] of [
    ['as installed', installedGobgp],
    ['of Debian sid', () => gobgpOfDebian('sid')],
  ] as const) {
    story('edge-host.toml', which, find, numbered, [
      ['v4', ['203.0.113.1/32']],
      ['v6', ['2001:db8:53::1/128']],
    ])
    story('leaf-spine.toml', which, find, unnumbered, [
      ['eth0_1', ['2001:db8:53::1/128', '203.0.113.1/32']],
      ['eth1_1', ['2001:db8:53::1/128', '203.0.113.1/32']],
    ])
  }
})

function story(
  file: string,
  which: string,
  find: () => Promise<GobgpRelease>,
  bird: string,
  expected: readonly (readonly [protocol: string, routes: string[]])[],
): void {
  describe(`${file} with gobgpd ${which}`, () => {
    let world: ManagedWorld
    let daemon: Gobgpd
    before(async () => {
      world = await openManagedWorld(bird)
      const config = readFileSync(packageFile(`gobgp-config/${file}`), 'utf8')
      daemon = new Gobgpd(world.host, { release: await find(), socket: join(world.runDir, 'api.sock'), config })
      await world.connectLinks()
      await daemon.start()
    })
    after(async () => {
      await daemon?.stop()
      await world?.close()
    })

    it('opens its sessions, and sends the host routes of the pools alone', async () => {
      const put = (prefix: string): Promise<string> =>
        daemon.cli('global', 'rib', 'add', '-a', prefix.includes(':') ? 'ipv6' : 'ipv4', prefix)
      await waitFor('it has read its configuration', () =>
        put('203.0.113.128/25').then(
          () => true,
          () => false,
        ),
      )
      for (const prefix of ['198.18.0.1/32', '203.0.113.1/32', '2001:db8:54::1/128', '2001:db8:53::1/128'])
        await put(prefix)
      await world.sessions(...expected.map(([protocol]) => protocol))
      for (const [protocol, routes] of expected) {
        const arrived = async (): Promise<boolean> => (await world.bird.routes(protocol)).length >= routes.length
        await waitFor(`routes of ${protocol}`, arrived, 20_000, 50)
        assert.deepEqual(await world.bird.routes(protocol), routes)
      }
    })
  })
}
