import { Frr } from '../lab/frr.js'
import type { Lab } from '../lab/lab.js'
import type { LabNode } from '../lab/node.js'
import { kernelRoutes } from '../observe/routes.js'
import { waitFor } from '../observe/wait.js'
import { Host, type Daemon } from '../story/host.js'
import type { World } from '../story/story.js'
import { tally, Traffic } from '../story/traffic.js'

/** The host's identity, and what it has on its NICs. */
export const vips = ['198.51.100.10', '2001:db8:53::10'] as const
export const own = ['192.0.2.5', '192.0.2.7', '2001:db8:1::5', '2001:db8:2::5'] as const
/** Who is asked, and tells whom it was asked by. */
export const peer = { ipv4: '203.0.113.10', ipv6: '2001:db8:c::10' } as const

/** The identity is no service: no check can take it away. */
export const configuration = `pools: [198.51.100.0/24, "2001:db8:53::/64"]
routers:
  frr: {type: frr, ospf: {area: 0.0.0.0}}
vips:
  host: {addresses: [${vips[0]}, "${vips[1]}"], unique: true, settle: 2s}
source:
  groups: [{vip: host, interfaces: [eth1, eth2]}]
lifecycle: {deadMan: 2s}
`

/** A host with two NICs that asks a peer beyond two routers. */
export interface SourceWorld extends World {
  readonly host: Host
  readonly running: { vipcast?: Daemon }
}

export async function openWorld(lab: Lab): Promise<SourceWorld> {
  const host = lab.node('host')
  await Promise.all(['border', 'r1', 'r2', 'host'].map((name) => new Frr(lab.node(name)).ready()))
  // Routers and host have link-local addresses alone, which lead nowhere.
  for (const [name, address, device] of [
    ['r1', '2001:db8:1::4', 'eth2'],
    ['r2', '2001:db8:2::4', 'eth2'],
    ['host', own[2], 'eth1'],
    ['host', own[3], 'eth2'],
  ] as const)
    await lab.node(name).output(['ip', 'address', 'add', `${address}/64`, 'dev', device])
  await new Host(lab.node('client')).startService()
  const traffic = new Traffic()
  const urls = Object.values(peer).map(
    (address) => `http://${address.includes(':') ? `[${address}]` : address}:8080/from`,
  )
  const waysOut = async (): Promise<boolean> => {
    const defaults = (await kernelRoutes(host)).filter(({ prefix }) => prefix === 'default')
    return defaults.length === 2 && defaults.every(({ nextHops }) => nextHops.length === 2)
  }
  await waitFor(waysOut, { what: 'two ways out of each family', explain: () => lab.explain() })
  const isBack = async (address: string): Promise<boolean> =>
    (
      await host.exec([
        'curl',
        '-s',
        '--max-time',
        '1',
        '--interface',
        address,
        urls[address.includes(':') ? 1 : 0] ?? '',
      ])
    ).code === 0
  for (const address of own) await waitFor(() => isBack(address), { what: `${address} is reached from the client` })
  await traffic.start(host, urls)
  return { lab, host: new Host(host), traffic, running: {} }
}

/** The routes that others made: destination, protocol, next hops. */
export function routesOf(node: LabNode): Promise<string[]> {
  return lines(node, (mark) => mark !== ours && mark !== '2')
}

/** The routes that bear our mark. */
export function oursOf(node: LabNode): Promise<string[]> {
  return lines(node, (mark) => mark === ours)
}

const ours = '194'

async function lines(node: LabNode, fits: (protocol: string) => boolean): Promise<string[]> {
  const both = await Promise.all(['-4', '-6'].map((family) => node.output(['ip', '-N', '-o', family, 'route'])))
  const all = both
    .join('')
    .split('\n')
    .filter((line) => line !== '')
  return all
    .filter((line) => fits(/ proto (\d+)/.exec(line)?.[1] ?? ''))
    .map((line) => line.replace(/ nhid \d+/, '').trim())
}

/** Waits until `count` requests in a row came from these addresses alone; in words how they spread. */
export async function askedFrom({ traffic }: SourceWorld, sources: readonly string[], count = 60): Promise<string> {
  const last = (): string[] => traffic.requests.slice(-count).flatMap(({ from }) => from ?? 'nobody')
  const all = (): boolean => last().length === count && last().every((from) => sources.includes(from))
  await waitFor(all, {
    what: `${count} requests in a row come from ${sources.join(', ')}`,
    explain: () => last().join(),
  })
  const { byHost } = tally(traffic.requests.slice(-count))
  return Object.entries(byHost)
    .map(([from, times]) => `${from} ${times}×`)
    .join(', ')
}
