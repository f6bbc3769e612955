import type { RouteEvent } from '../observe/route-events.js'
import { wallClock } from '../observe/clock.js'
import { waitFor } from '../observe/wait.js'
import type { Outcome } from '../story/step.js'
import { tally, type Request } from '../story/traffic.js'
import { prefixes, type AnycastWorld } from './anycast-world.js'

/** Where the router of site west can send a connection: to one of its hosts, or to the other site. */
export type Way = 'west1' | 'west2' | 'east'
const ways: Readonly<Record<string, Way>> = {
  '192.0.2.1': 'west1',
  '2001:db8:1:1::2': 'west1',
  '192.0.2.3': 'west2',
  '2001:db8:1:2::2': 'west2',
  '192.0.2.17': 'east',
}
export const lanes = (['192.0.2.1', '192.0.2.3', '192.0.2.17'] as const).map((via) => ({
  name: ways[via] ?? '',
  prefix: prefixes[0],
  via,
}))

/** The first event of each family since `since` after which the router of site west has exactly these ways; resolves with the later one. */
export async function goesTo({ routes }: AnycastWorld, wanted: readonly Way[], since: number): Promise<number> {
  const times = await Promise.all(
    prefixes.map(async (prefix) => {
      const fits = (event: RouteEvent): boolean =>
        event.at >= since && event.prefix === prefix && waysOf(event).join() === wanted.toSorted().join()
      return (await routes.waitFor(fits, { what: `${prefix} goes from west to ${wanted.join(' and ') || 'nobody'}` }))
        .at
    }),
  )
  return Math.max(...times)
}

/** The router of the other site is the only one that gives a link-local IPv6 next hop as well. */
function waysOf({ nextHops }: RouteEvent): Way[] {
  return nextHops.flatMap(({ via = '' }) => ways[via] ?? (via.startsWith('fe80:') ? ('east' as const) : [])).toSorted()
}

/** A path that the router of site west knows, as FRR shows it. */
export interface Path {
  readonly aspath: { readonly string: string }
  readonly locPrf?: number
}

export async function pathsOf({ router }: AnycastWorld): Promise<readonly Path[]> {
  const { paths = [] } = await router.json<{ readonly paths?: readonly Path[] }>(
    'bgpd',
    `show bgp ipv4 unicast ${prefixes[0]} json`,
  )
  return paths
}

/** Requests that show who answers. */
const sample = 100

/** Whether the next requests of site west are all answered, by each of these hosts and by no other, and those of site east at home. */
export async function answeredBy(
  { traffic }: AnycastWorld,
  hosts: readonly string[],
): Promise<Pick<Outcome, 'ok' | 'saw'>> {
  const since = wallClock()
  const next = (client: string): Request[] =>
    traffic.requests.filter((each) => each.at > since && each.client === client)
  await waitFor(() => next('westclient').length >= sample, { what: `${sample} requests after the change` })
  const { byHost, lost } = tally(next('westclient'))
  const abroad = next('eastclient').filter(({ from }) => from === null || !from.startsWith('east'))
  const names = Object.keys(byHost).toSorted()
  const ok = lost === 0 && names.join() === hosts.join() && abroad.length === 0
  const counts = names.map((host) => `${host} ${byHost[host]}`)
  return { ok, saw: `the next ${sample} requests of the west: ${counts.join(', ')}${lost > 0 ? `, lost ${lost}` : ''}` }
}
