import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Lab } from '../lab/lab.js'
import type { LabNode } from '../lab/node.js'
import { waitFor } from '../observe/wait.js'
import { Host, type Daemon } from '../story/host.js'
import type { World } from '../story/story.js'
import { Traffic } from '../story/traffic.js'

/** The configuration of each real server, as it stands. */
const example = new URL('../../../test/fixtures/examples/dsr-farm.yaml', import.meta.url)

export const vip = '198.51.100.200'
export const url = `http://${vip}:8080/`

/** By MAC address: who it is on the LAN. */
const stations: Readonly<Record<string, string>> = {
  '02:00:00:00:00:10': 'balancer',
  '02:00:00:00:00:11': 'real1',
  '02:00:00:00:00:12': 'real2',
}

/** What went by the balancer so far, in packets. */
export interface Passed {
  readonly requests: number
  readonly replies: number
}

export interface FarmWorld extends World {
  readonly router: LabNode
  readonly balancer: LabNode
  readonly real1: Host
  readonly real2: Host
  readonly configuration: string
  /** Settings of each real server before vipcast. */
  readonly before: ReadonlyMap<Host, string>
  readonly daemons: Map<Host, Daemon>
}

export async function openWorld(lab: Lab): Promise<FarmWorld> {
  const [router, balancer] = [lab.node('router'), lab.node('balancer')]
  const reals = [new Host(lab.node('real1')), new Host(lab.node('real2'))] as const
  await Promise.all(reals.map((real) => real.startService()))
  const station = ['curl', '-s', '-o', '/dev/null', '-m', '1', 'http://198.51.100.11:8080/']
  await waitFor(async () => (await router.exec(station)).code === 0, { what: 'the LAN forwards' })
  const before = new Map(await Promise.all(reals.map(async (real) => [real, await settingsOf(real)] as const)))
  const configuration = await readFile(fileURLToPath(example), 'utf8')
  const [real1, real2] = reals
  return { lab, router, balancer, real1, real2, configuration, before, daemons: new Map(), traffic: new Traffic() }
}

/** Asks by ARP for a second, and names all who answer. */
export async function answering(node: LabNode, device: string, address: string): Promise<string[]> {
  const { stdout } = await node.exec(['arping', '-b', '-w', '1', '-I', device, address])
  const macs = [...stdout.matchAll(/reply from \S+ \[([\da-f:]+)\]/gi)].map(([, mac = '']) => mac.toLowerCase())
  return [...new Set(macs)].map((mac) => stations[mac] ?? mac).toSorted()
}

/** Who the router believes has the VIP; null while it has to ask. */
export async function believedOwner({ router }: FarmWorld): Promise<string | null> {
  const entry = await router.output(['ip', 'neigh', 'show', vip, 'dev', 'eth2'])
  const mac = /lladdr (\S+)/.exec(entry)?.[1]
  return mac === undefined ? null : (stations[mac] ?? mac)
}

export async function passed({ balancer }: FarmWorld): Promise<Passed> {
  const count = async (name: string): Promise<number> => {
    const text = await balancer.output(['nft', 'list', 'counter', 'netdev', 'balancer', name])
    return Number(/packets (\d+)/.exec(text)?.[1])
  }
  const [requests, replies] = await Promise.all([count('requests'), count('replies')])
  return { requests, replies }
}

/** How the host answers and asks by ARP, for each interface; those that came later left out. */
export function settingsOf({ node }: Host, without = 'nothing'): Promise<string> {
  const list = `cd /proc/sys/net/ipv4/conf && grep . */arp_* | grep -v '^${without}/' | sort`
  return node.output(['sh', '-c', list])
}

export async function startDaemon(world: FarmWorld, real: Host): Promise<void> {
  const daemon = await real.startDaemon(world.configuration)
  world.daemons.set(real, daemon)
  await daemon.logged('that it holds the VIP in silence', ({ reason }) => reason === 'local-mode')
}

export async function stopDaemon({ daemons }: FarmWorld, real: Host): Promise<number | null> {
  const exit = await daemons.get(real)?.stop()
  return exit?.code ?? null
}
