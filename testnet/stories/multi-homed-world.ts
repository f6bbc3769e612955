import { Frr } from '../lab/frr.js'
import type { Lab } from '../lab/lab.js'
import type { NodeProcess } from '../lab/process.js'
import { establishedSessions } from '../observe/bird.js'
import { followRoutes, type RouteEvent, type RouteEvents } from '../observe/route-events.js'
import { hostRoute, kernelRoutes } from '../observe/routes.js'
import { waitFor } from '../observe/wait.js'
import { Host } from '../story/host.js'
import type { World } from '../story/story.js'
import { Traffic } from '../story/traffic.js'
import { serveTransfers } from '../story/transfer.js'

/** One of the three servers: a web server for each of two customers, each with VIPs of its own. */
export interface Server {
  readonly name: string
  readonly host: Host
  readonly shop: Customer
  readonly blog: Customer
  /** The address of its eth1, which is at r1. */
  readonly own: string
  /** The end of that link at r1. */
  readonly routerPort: string
  readonly running: { blog?: NodeProcess }
}

export interface Customer {
  readonly vips: readonly [ipv4: string, ipv6: string]
  readonly port: number
}

export interface MultiHomedWorld extends World {
  readonly servers: readonly Server[]
  /** Of the far router. */
  readonly routes: RouteEvents
}

/** By which way each server lives with two NICs. */
const routers: Readonly<Record<string, string>> = {
  gobgp: 'edge: {type: gobgp, address: 127.0.0.1:50051}',
  'frr-bgp': 'core: {type: frr, bgp: {asn: 65002}}',
  'frr-ospf': 'core: {type: frr, ospf: {area: 0.0.0.0}}',
}

function serverOf(lab: Lab, name: string, at: number): Server {
  const number = at + 1
  const customer = (of: number): Customer => ({
    vips: [`203.0.113.${number}${of}`, `2001:db8:53::${number}${of}`],
    port: 8080 + of,
  })
  return {
    name,
    host: new Host(lab.node(name)),
    shop: customer(1),
    blog: customer(2),
    own: `192.0.2.${number}1`,
    routerPort: `r1:eth${number + 1}`,
    running: {},
  }
}

/** What the operator of a server would write. */
export function configuration({ name, shop, blog }: Server): string {
  const vip = (customer: string, { vips: [ipv4, ipv6], port }: Customer): string => `  ${customer}:
    addresses: [${ipv4}, "${ipv6}"]
    checks: [{type: http, url: "http://127.0.0.1:${port}/healthz", interval: 500ms}]
`
  return `pools: [203.0.113.0/24, "2001:db8:53::/48"]
routers:
  ${routers[name]}
vips:
${vip('shop', shop)}${vip('blog', blog)}`
}

/** All sessions and OSPF neighbors are there, so both ways out and both links are known; services run, vipcast does not. */
export async function openWorld(lab: Lab): Promise<MultiHomedWorld> {
  const servers = Object.keys(routers).map((name, at) => serverOf(lab, name, at))
  const options = { explain: () => lab.explain() }
  await Promise.all(['frr-bgp', 'frr-ospf'].map((name) => new Frr(lab.node(name)).ready()))
  await Promise.all(servers.map(startServices))
  await waitFor(async () => (await establishedSessions(lab.node('far'))).length === 4, {
    what: 'the four BGP sessions of the far router are established',
    ...options,
  })
  for (const name of ['r1', 'r2']) {
    const established = async (): Promise<boolean> => (await establishedSessions(lab.node(name))).length === 6
    await waitFor(established, { what: `the six BGP sessions of ${name} are established`, ...options })
  }
  await waysOut({ lab, servers }, 2)
  return { lab, servers, routes: await followRoutes(lab.node('far')), traffic: new Traffic() }
}

async function startServices({ host, shop, blog, running }: Server): Promise<void> {
  await host.startService(shop.port)
  running.blog = await host.startService(blog.port)
  await serveTransfers(host.node)
}

/** Waits until the default routes of all servers, IPv4 and IPv6, have this many next hops each. */
export async function waysOut({ lab, servers }: Pick<MultiHomedWorld, 'lab' | 'servers'>, count: 1 | 2): Promise<void> {
  const there = async (): Promise<boolean> => {
    const routes = await Promise.all(servers.map(({ host }) => kernelRoutes(host.node)))
    const defaults = routes.flat().filter(({ prefix }) => prefix === 'default')
    return defaults.length === 2 * servers.length && defaults.every(({ nextHops }) => nextHops.length === count)
  }
  await waitFor(there, { what: `every server has ${count} ways out`, explain: () => lab.explain() })
}

export function urlsOf({ vips: [ipv4, ipv6], port }: Customer): string[] {
  return [`http://${ipv4}:${port}/`, `http://[${ipv6}]:${port}/`]
}

/** Every VIP that clients ask for. */
export function shopVips({ servers }: MultiHomedWorld): string[] {
  return servers.flatMap(({ shop }) => shop.vips)
}

/** When the far router's kernel had this many paths to the last of these VIPs, for the first time since `since`. */
export async function pathsOf(
  { routes }: MultiHomedWorld,
  vips: readonly string[],
  count: number,
  since: number,
): Promise<number> {
  const prefixes = vips.map(hostRoute)
  const times = prefixes.map(async (prefix) => {
    const fits = (event: RouteEvent): boolean =>
      event.at >= since && event.prefix === prefix && event.nextHops.length === count
    return (await routes.waitFor(fits, { what: `${prefix} has ${count} paths` })).at
  })
  return Math.max(...(await Promise.all(times)))
}

/** Waits until both ways to every VIP are there again, and both ways back. */
export async function bothWays(world: MultiHomedWorld): Promise<void> {
  const { lab } = world
  const wanted = shopVips(world).map(hostRoute)
  const there = async (): Promise<boolean> => {
    const table = await kernelRoutes(lab.node('far'))
    const carried = table.filter(({ prefix, nextHops }) => wanted.includes(prefix) && nextHops.length === 2)
    return carried.length === wanted.length
  }
  await waitFor(there, { what: 'the far router has two paths to every VIP', explain: () => lab.explain() })
  await waysOut(world, 2)
}
