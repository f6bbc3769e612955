import { enclosingPrefix, hostLength, type Address, type Family } from './address.js'
import { kernelProtocol, ourProtocol, type KernelRoute, type Twin, type TwinChange } from './kernel-route.js'

/** By interface: the source of connections through it, of each family that has one. */
export type Sources = ReadonlyMap<string, Readonly<Partial<Record<Family, string>>>>

/** Parts of about that many routes that can be planned one by one: none shares a destination with another. */
export function partsOf(routes: readonly KernelRoute[], size: number): KernelRoute[][] {
  const parts: KernelRoute[][] = []
  for (const group of grouped(routes, destinationOf).values()) {
    const last = parts.at(-1)
    if (last === undefined || last.length >= size) parts.push([...group])
    else last.push(...group)
  }
  return parts
}

export interface TwinPlan {
  readonly changes: readonly TwinChange[]
  /** What is to stand when they are made. */
  readonly twins: readonly Twin[]
  /** Routes through interfaces that have a source which keep their own, and why. */
  readonly kept: readonly KeptRoute[]
}

export interface KeptRoute {
  readonly route: KernelRoute
  /** One phrase. */
  readonly why: string
}

/**
 * The routes of ours that are to stand in front of the host's, and what it takes from those that are there. Of each route,
 * the first line that applies decides:
 *
 * | route                                               | twin |
 * |-----------------------------------------------------|------|
 * | connected, or else without a gateway                | none: the host talks to its neighbors as itself |
 * | one of its paths is through an interface without a source, or with another one | none |
 * | a routing neighbor is reached by it                 | none: its session would break |
 * | behind another with the same destination and metric | none: it is not used |
 * | any other                                           | at a metric before its own, or else at the same, prepended |
 *
 * A metric of its own leaves the original alone: whoever replaces, removes or adds it by destination and metric never
 * meets the twin. IPv4 with metric 0 has none before it; IPv6 takes a second route of the same metric for another path of
 * the first one, so where no metric is free there is no twin.
 */
export function planTwins(
  routes: readonly KernelRoute[],
  sources: Sources,
  toNeighbors: NeighborRoutes,
  isOurs: (source: string | null) => boolean,
): TwinPlan {
  const ours = routes.filter((route) => route.protocol === ourProtocol && isOurs(route.source))
  const others = routes.filter((route) => route.protocol !== ourProtocol)
  const twins: Twin[] = []
  const kept: KeptRoute[] = []
  for (const group of grouped(others, destinationOf).values()) {
    const verdicts = firsts(group).map((route) => ({ route, ...sourceFor(route, sources, toNeighbors) }))
    for (const { route, why } of verdicts) if (why !== null) kept.push({ route, why })
    const placed = place(verdicts)
    twins.push(...placed.twins)
    kept.push(...placed.kept)
  }
  return { changes: changesFor(twins, ours, routes), twins, kept }
}

interface Verdict {
  readonly route: KernelRoute
  readonly source: string | null
  /** Why it keeps its own although one of its interfaces has a source; null: it does not, or none has. */
  readonly why: string | null
}

function sourceFor(route: KernelRoute, sources: Sources, toNeighbors: NeighborRoutes): Pick<Verdict, 'source' | 'why'> {
  const { family, protocol, gateways, interfaces } = route
  const each = interfaces.map((name) => sources.get(name)?.[family] ?? null)
  const source = each.find((one) => one !== null)
  if (source === undefined || protocol === kernelProtocol) return { source: null, why: null }
  if (gateways.length < interfaces.length) return keeps('its destination is on the link')
  const outside = interfaces.find((_, at) => each[at] !== source)
  if (outside !== undefined) return keeps(`one of its paths leads through ${outside}, which has another source or none`)
  const neighbor = toNeighbors.get(placeOf(route))
  return neighbor === undefined ? { source, why: null } : keeps(`the routing neighbor ${neighbor} is reached by it`)
}

function keeps(why: string): Pick<Verdict, 'source' | 'why'> {
  return { source: null, why }
}

/**
 * Of one destination, the highest metric first. Twins stand in the order of their originals, and pass over none but such as
 * have a twin themselves.
 */
function place(verdicts: readonly Verdict[]): { twins: Twin[]; kept: KeptRoute[] } {
  const metrics = new Set(verdicts.map(({ route }) => route.metric))
  const twins: Twin[] = []
  const kept: KeptRoute[] = []
  let below = Infinity
  for (const { route, source } of verdicts.toSorted((a, b) => b.route.metric - a.route.metric)) {
    if (source === null) continue
    const untouched = verdicts.filter((other) => other.source === null && other.route.metric < route.metric)
    const above = Math.max(0, ...untouched.map((other) => other.route.metric))
    const metric = freeBefore(route.metric, above, below, metrics)
    const { family, destination, tos, path, interfaces } = route
    const twin = { family, destination, tos, path, interfaces, source }
    if (metric !== undefined) {
      below = metric
      twins.push({ ...twin, metric, prepend: false })
    } else if (family === 'ipv4') {
      twins.push({ ...twin, metric: route.metric, prepend: true })
    } else {
      kept.push({ route, why: `no metric before ${route.metric} is free` })
    }
  }
  return { twins, kept }
}

/** So far before the original, where there is room: its neighbors in number are what others take next (100, 101, 102). */
const distance = 13

/** A metric before an original that nobody has, between these two. */
function freeBefore(original: number, above: number, below: number, taken: ReadonlySet<number>): number | undefined {
  const far = Math.max(above, original - distance)
  const nearest = Array.from({ length: original - 1 - far }, (_, at) => far + 1 + at)
  const free = (metric: number): boolean => metric > above && metric < below && !taken.has(metric)
  for (let metric = far; metric > above; metric -= 1) if (free(metric)) return metric
  return nearest.find(free)
}

/**
 * Removals first: a route that must make room for another is of the same destination. For that instant the original does
 * the work.
 */
function changesFor(twins: readonly Twin[], ours: readonly KernelRoute[], all: readonly KernelRoute[]): TwinChange[] {
  const wanted = new Map(twins.map((twin) => [textOf(twin), twin]))
  const standing = new Set<string>()
  const used = twins.some(({ prepend }) => prepend) ? usedOf(all) : null
  const stale = ours.filter((route) => {
    const text = textOf(route)
    const twin = wanted.get(text)
    if (twin === undefined || standing.has(text) || (twin.prepend && used?.has(route) === false)) return true
    standing.add(text)
    return false
  })
  return [
    ...stale.map((route) => ({ kind: 'remove', route }) as const),
    // Prepended one by one, so the last of the list comes to stand first: each metric has one at most.
    ...[...wanted].flatMap(([text, twin]) => (standing.has(text) ? [] : [{ kind: 'add', twin } as const])),
  ]
}

/** Of each destination and metric the one that is used. */
function usedOf(all: readonly KernelRoute[]): ReadonlySet<KernelRoute> {
  return new Set([...grouped(all, destinationOf).values()].flatMap(firsts))
}

/** What tells two twins apart: routes of ours with the same words are the same. */
export function textOf(
  route: Pick<KernelRoute, 'family' | 'destination' | 'tos' | 'metric' | 'path' | 'source'>,
): string {
  return `${destinationOf(route)} ${route.metric} ${route.source ?? ''} ${route.path}`
}

function destinationOf({ family, destination, tos }: Pick<KernelRoute, 'family' | 'destination' | 'tos'>): string {
  return `${placeOf({ family, destination })} ${tos}`
}

/** Of each metric the first, which is the one that is used. */
function firsts(routes: readonly KernelRoute[]): KernelRoute[] {
  return [...grouped(routes, ({ metric }) => metric).values()].flatMap(([first]) => first ?? [])
}

/** By place of the most specific route of others to each neighbor: the neighbor. */
export type NeighborRoutes = ReadonlyMap<string, string>

/** Over all routes. */
export function routesTo(neighbors: readonly Address[], routes: readonly KernelRoute[]): NeighborRoutes {
  const others = neighbors.length === 0 ? [] : routes.filter(({ protocol }) => protocol !== ourProtocol)
  const places = new Set(others.map(placeOf))
  const found = new Map<string, string>()
  for (const neighbor of neighbors) {
    const best = placesAround(neighbor).find((place) => places.has(place))
    if (best !== undefined) found.set(best, neighbor.text)
  }
  return found
}

/** What a route to the address can be called, the most specific first. */
function placesAround(address: Address): string[] {
  const { family } = address
  const bits = hostLength(family)
  const lengths = Array.from({ length: bits - 1 }, (_, at) => bits - 1 - at)
  const networks = lengths.map((length) => enclosingPrefix(address, length).text)
  return [address.text, ...networks, 'default'].map((destination) => placeOf({ family, destination }))
}

function placeOf({ family, destination }: Pick<KernelRoute, 'family' | 'destination'>): string {
  return `${family} ${destination}`
}

function grouped<T, K>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [item])
    else group.push(item)
  }
  return groups
}
