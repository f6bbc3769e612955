import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Lab } from '../lab/lab.js'
import type { ExecResult } from '../lab/node.js'
import type { NodeProcess } from '../lab/process.js'
import { establishedSessions } from '../observe/bird.js'
import { followRoutes, type RouteEvents } from '../observe/route-events.js'
import { waitFor } from '../observe/wait.js'
import { Host } from '../story/host.js'
import { serveSessions, Session } from '../story/session.js'
import type { World } from '../story/story.js'
import { Traffic } from '../story/traffic.js'

export const homes = { name: 'homes', address: '203.0.113.20', port: 445 } as const
export const mail = { name: 'mail', address: '203.0.113.21', port: 25 } as const

/** By host: the address by which the core reaches the router of its cluster. */
export const nextHops = { host1: '192.0.2.9', host2: '192.0.2.11' } as const

const inProject = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url))

/** The resource agent that Pacemaker would call. */
export const agent = inProject('packaging/ocf/vip')

/** The VIP that the example does not have. */
const second = `  ${mail.name}: {mode: manual, unique: true, addresses: [${mail.address}], checks: [{type: listen, port: ${mail.port}}]}\n`

/** The lab of the story and what is measured in it. */
export interface ClusterWorld extends World {
  readonly host1: Host
  readonly host2: Host
  readonly routes: RouteEvents
  /** The service behind `homes` on host1. */
  readonly running: { service1: NodeProcess; homes?: Session; mail?: Session }
}

/** vipcast and the services run on both hosts; nothing is claimed. */
export async function openWorld(lab: Lab): Promise<ClusterWorld> {
  const [host1, host2] = [new Host(lab.node('host1')), new Host(lab.node('host2'))]
  const example = await readFile(inProject('test/fixtures/examples/cluster-manual.yaml'), 'utf8')
  const [service1] = await Promise.all([
    serveSessions(host1.node, homes.port),
    serveSessions(host2.node, homes.port),
    ...[host1, host2].flatMap((host) => [serveSessions(host.node, mail.port), host.startService()]),
    host1.startDaemon(example),
    host2.startDaemon(example.replace('192.0.2.0', '192.0.2.2').replace('192.0.2.1', '192.0.2.3')),
  ])
  for (const edge of ['edge1', 'edge2']) {
    await waitFor(async () => (await establishedSessions(lab.node(edge))).length === 2, {
      what: `${edge} has its sessions with the core and with its host`,
      explain: () => lab.explain(),
    })
  }
  const routes = await followRoutes(lab.node('core'))
  return { lab, host1, host2, routes, traffic: new Traffic(), running: { service1 } }
}

/** Adds the second VIP to the file of a host, and reloads it. */
export async function addMail(host: Host): Promise<void> {
  const file = await host.node.output(['cat', '/etc/vipcast/vipcast.yaml'])
  await host.configure(file + second)
  await done(host, 'reload')
}

/** Runs a command that must succeed. */
export async function done(host: Host, ...words: string[]): Promise<void> {
  const { code, stdout, stderr } = await host.cli(words)
  if (code !== 0) throw new Error(`vipcast ${words.join(' ')} on ${host.node.name}: exit ${code}, ${stdout}${stderr}`)
}

/** Calls the resource agent as Pacemaker does. */
export function act(host: Host, action: string, vip: string): Promise<ExecResult> {
  return host.node.exec([agent, action], { env: { OCF_RESKEY_vip: vip }, timeoutMs: 60_000 })
}

/** When the core began to send a VIP to the cluster of this host. */
export async function routedTo(
  { routes }: ClusterWorld,
  vip: { readonly address: string },
  host: keyof typeof nextHops,
  since: number,
): Promise<number> {
  const prefix = `${vip.address}/32`
  const event = await routes.waitFor(
    (each) => each.at >= since && each.prefix === prefix && each.nextHops.some(({ via }) => via === nextHops[host]),
    { what: `the core sends ${prefix} to the cluster of ${host}`, timeoutMs: 30_000 },
  )
  return event.at
}
