import type { Lab } from '../lab/lab.js'
import type { NodeProcess } from '../lab/process.js'
import { establishedSessions } from '../observe/bird.js'
import { followRoutes, type RouteEvent, type RouteEvents } from '../observe/route-events.js'
import { waitFor } from '../observe/wait.js'
import { Host, type Daemon } from '../story/host.js'
import type { World } from '../story/story.js'
import { Traffic } from '../story/traffic.js'

export const vips = { ipv4: '203.0.113.80', ipv6: '2001:db8:53::80' } as const
export const prefixes = { ipv4: `${vips.ipv4}/32`, ipv6: `${vips.ipv6}/128` } as const

/** By host: the addresses by which the router reaches it. */
export const nextHops: Readonly<Record<string, string>> = { '192.0.2.1': 'host1', '192.0.2.3': 'host2' }

/** What an operator would write; the same file on both hosts. */
export const configuration = `# Announce the web service of this host while it answers.
pools: [203.0.113.0/24, "2001:db8:53::/64"]
routers:
  edge: {type: gobgp, address: 127.0.0.1:50051}
vips:
  web:
    addresses: [${vips.ipv4}, "${vips.ipv6}"]
    checks:
      - {type: http, url: "http://127.0.0.1:8080/healthz", interval: 500ms}
    holdDown: 2s
`

/** The lab of the story and what is measured in it. */
export interface DemoWorld extends World {
  readonly host1: Host
  readonly host2: Host
  readonly routes: RouteEvents
  /** What the steps start and end. */
  readonly running: { service1?: NodeProcess; vipcast2?: Daemon }
}

export async function openWorld(lab: Lab): Promise<DemoWorld> {
  const router = lab.node('router')
  await waitFor(async () => (await establishedSessions(router)).length === 4, {
    what: 'the four BGP sessions of the router are established',
    explain: () => lab.explain(),
  })
  return {
    lab,
    host1: new Host(lab.node('host1')),
    host2: new Host(lab.node('host2')),
    routes: await followRoutes(router),
    traffic: new Traffic(),
    running: {},
  }
}

/** The first event of both families since `since` after which exactly these hosts carry the VIP; resolves with the later one. */
export async function carriedBy({ routes }: DemoWorld, hosts: readonly string[], since: number): Promise<number> {
  const times = await Promise.all(
    [prefixes.ipv4, prefixes.ipv6].map(async (prefix) => {
      const fits = (event: RouteEvent): boolean =>
        event.at >= since && event.prefix === prefix && event.nextHops.length === hosts.length && carries(event, hosts)
      return (await routes.waitFor(fits, { what: `${prefix} goes to ${hosts.join(' and ') || 'nobody'}` })).at
    }),
  )
  return Math.max(...times)
}

/** IPv6 next hops are link-local: their number is all that can be told of them. */
function carries({ nextHops: hops }: RouteEvent, hosts: readonly string[]): boolean {
  return hops.every(({ via }) => via === undefined || via.includes(':') || hosts.includes(nextHops[via] ?? ''))
}
