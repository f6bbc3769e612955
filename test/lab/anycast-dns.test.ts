import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Lab } from '../../testnet/lab/lab.js'
import type { NodeProcess } from '../../testnet/lab/process.js'
import { birdRoutes } from '../../testnet/observe/bird.js'
import { hostRoute, nextHopsOf } from '../../testnet/observe/routes.js'
import { waitFor } from '../../testnet/observe/wait.js'
import { Host } from './support/host.js'
import { startLeafSpine } from './support/leaf-spine.js'
import { project } from './support/two-hosts.js'

const server = fileURLToPath(new URL('../support/dns-server-main.js', import.meta.url))
const vips = ['203.0.113.53', '2001:db8:53::53'] as const

/** The next hops of a leaf that lead to the spines, for each VIP. */
const spines = {
  leaf1: [
    ['192.0.2.1', '192.0.2.3'],
    ['2001:db8:0:1::2', '2001:db8:0:2::2'],
  ],
  leaf3: [
    ['192.0.2.9', '192.0.2.11'],
    ['2001:db8:0:5::2', '2001:db8:0:6::2'],
  ],
}

describe('the example anycast-dns.yaml on two hosts of a leaf-spine fabric', () => {
  let lab: Lab
  let resolvers: NodeProcess[]
  before(async () => {
    lab = await startLeafSpine()
    const example = await readFile(`${project}test/fixtures/examples/anycast-dns.yaml`, 'utf8')
    const hosts = ['host1', 'host2'].map((name) => new Host(lab.node(name)))
    ;[resolvers] = (await Promise.all(hosts.map(startResolver))) as [NodeProcess[], NodeProcess[]]
    await Promise.all(hosts.map((host) => host.startDaemon(example)))
  })
  after(() => lab?.stop())

  /** Waits until a router sends both VIPs to these next hops. */
  async function goesTo(router: string, ...hops: readonly (readonly string[])[]): Promise<void> {
    for (const [at, vip] of vips.entries()) {
      let seen: unknown
      const wanted = JSON.stringify(hops[at]?.toSorted())
      await waitFor(
        async () => {
          seen = await nextHopsOf(lab.node(router), vip)
          return JSON.stringify(seen) === wanted
        },
        { what: `${vip} goes from ${router} to ${wanted}`, explain: () => JSON.stringify(seen) },
      )
    }
  }

  it('is reached over both spines, and from each leaf at the host behind it', async () => {
    await goesTo('leaf3', ...spines.leaf3)
    await goesTo('spine1', ['192.0.2.0', '192.0.2.4'], ['2001:db8:0:1::1', '2001:db8:0:3::1'])
    await goesTo('leaf1', ['192.0.2.13'], ['2001:db8:0:7::2'])
    await goesTo('leaf2', ['192.0.2.15'], ['2001:db8:0:8::2'])
  })

  it('carries its community through the fabric', async () => {
    for (const vip of vips) {
      const routes = await birdRoutes(lab.node('leaf3'), hostRoute(vip))
      assert.deepEqual(
        routes.map(({ attributes }) => attributes['BGP.community']),
        ['(65001,53)', '(65001,53)'],
      )
    }
  })

  it('goes to the other host from everywhere once a resolver has died', async () => {
    for (const resolver of resolvers) resolver.kill('SIGKILL')
    await goesTo('leaf1', ...spines.leaf1)
    await goesTo('spine1', ['192.0.2.4'], ['2001:db8:0:3::1'])
    await goesTo('leaf3', ...spines.leaf3)
  })
})

/** A server on each VIP, which it may listen on before vipcast binds it. */
async function startResolver({ node }: Host): Promise<NodeProcess[]> {
  await node.output(['sysctl', '-q', '-w', 'net.ipv4.ip_nonlocal_bind=1', 'net.ipv6.ip_nonlocal_bind=1'])
  const started = await Promise.all(vips.map((vip) => node.spawn([process.execPath, server, vip, '53'])))
  for (const each of started) {
    await waitFor(() => each.tail().includes('53'), {
      what: `${each.command.join(' ')} listens`,
      explain: () => each.tail(),
    })
  }
  return started
}
