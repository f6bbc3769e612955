import { Frr } from '../lab/frr.js'
import type { Lab } from '../lab/lab.js'
import { followRoutes, type RouteEvents } from '../observe/route-events.js'
import { hostRoute } from '../observe/routes.js'
import { waitFor } from '../observe/wait.js'
import type { World } from '../story/story.js'
import { Traffic } from '../story/traffic.js'
import { Machine } from './machine.js'

export const vips = { ipv4: '203.0.113.80', ipv6: '2001:db8:53::80' } as const
export const prefixes = [hostRoute(vips.ipv4), hostRoute(vips.ipv6)] as const
export const urls = [`http://${vips.ipv4}:8080/`, `http://[${vips.ipv6}]:8080/`] as const

/** A file whose presence says that its host has too much to do. */
export const crowded = '/run/crowded'

const pools = ['203.0.113.0/24', '2001:db8:53::/64'] as const

/** What an operator would write; the same file on all four hosts. */
export const configuration = `# Announce the web service of this host while it answers; rather not while it is crowded.
pools: [${pools[0]}, "${pools[1]}"]
routers:
  edge: {type: gobgp, address: 127.0.0.1:50051}
vips:
  web:
    addresses: [${vips.ipv4}, "${vips.ipv6}"]
    bind: announced
    checks:
      - {type: http, url: "http://127.0.0.1:8080/healthz", interval: 2s, timeout: 2s, fastInterval: 100ms}
      - {type: file, path: ${crowded}, state: absent, interval: 200ms, impact: degrade}
    announce: {bgp: {communities: ["65000:80"]}}
    whenDegraded: {bgp: {prepend: 2, communities: ["65000:80", "65000:50"]}}
    holdDown: 1s
    settle: 300ms
    drain: {time: 2s}
`

/** The lab of the story and what is measured in it: at the router and from the client of site west. */
export interface AnycastWorld extends World {
  readonly west: readonly [Machine, Machine]
  readonly east: readonly [Machine, Machine]
  readonly router: Frr
  readonly routes: RouteEvents
}

export async function openWorld(lab: Lab): Promise<AnycastWorld> {
  const routers = [new Frr(lab.node('west')), new Frr(lab.node('east'))] as const
  await Promise.all(routers.map((router) => router.ready()))
  for (const router of routers) {
    await waitFor(async () => (await establishedSessions(router)) === 6, {
      what: `the six BGP sessions of ${router.node.name} are established`,
      explain: () => lab.explain(),
    })
  }
  const machine = (name: string): Machine => new Machine(lab, name, configuration, pools)
  return {
    lab,
    west: [machine('west1'), machine('west2')],
    east: [machine('east1'), machine('east2')],
    router: routers[0],
    routes: await followRoutes(lab.node('west')),
    traffic: new Traffic(),
  }
}

async function establishedSessions(router: Frr): Promise<number> {
  type Summary = Partial<Record<string, { readonly peers: Readonly<Record<string, { readonly state: string }>> }>>
  const summary = await router.json<Summary>('bgpd', 'show bgp summary json')
  const peers = Object.values(summary).flatMap((family) => Object.values(family?.peers ?? {}))
  return peers.filter(({ state }) => state === 'Established').length
}
