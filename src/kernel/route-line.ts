import type { Family } from '../domain/address.js'
import type { KernelRoute, Twin } from '../domain/kernel-route.js'

/** Words that say how a route is doing, not what it is: `ip route add` takes none of them. */
const states = new Set([
  'linkdown',
  'dead',
  'pervasive',
  'unresolved',
  'notify',
  'offload',
  'offload_failed',
  'rt_offload',
  'rt_offload_failed',
  'trap',
  'rt_trap',
])
/** Words with a value that a twin must not have: its own, those of a state, and such as name the path a second time. */
const left = new Set(['proto', 'src', 'metric', 'tos', 'expires', 'error', 'nhid', 'users', 'used', 'age'])

/**
 * One line of `ip -N -o route show table main`:
 *
 *     default via 192.0.2.1 dev eth0 proto 4 src 192.0.2.10 metric 100 mtu lock 1400 linkdown
 *     198.51.100.0/24 nhid 26 proto 188 metric 20 \	nexthop via 192.0.2.6 dev eth2 weight 1 \	nexthop …
 *     2001:db8::/32 via fe80::1 dev eth0 proto 9 metric 1024 expires 1799sec pref medium
 *     7 203.0.113.0/24 dev lo metric 1024 error 4294967183 pref medium
 *
 * Undefined for what is no unicast route: its type stands in front, as a number. Text and not `-j`: what is shown is what
 * `ip route add` takes, also of attributes that nobody here knows.
 */
export function parseKernelRoute(family: Family, line: string): KernelRoute | undefined {
  const [destination, ...rest] = line
    .replaceAll('\\', ' ')
    .split(/\s+/)
    .filter((word) => word !== '')
  if (destination === undefined || !/^default$|[.:]/.test(destination)) return undefined
  // A name that is a quote or a comment inside a batch; nobody gives an interface such a name.
  if (/["'#]/.test(line)) return undefined
  const own = new Map<string, string>()
  const words: string[] = []
  for (let at = 0; at < rest.length; at += 1) {
    const word = rest[at] ?? ''
    if (states.has(word)) continue
    if (left.has(word)) own.set(word, rest[(at += 1)] ?? '')
    else words.push(word)
  }
  return {
    family,
    destination,
    tos: own.get('tos') ?? '',
    metric: Number(own.get('metric') ?? 0),
    protocol: Number(own.get('proto') ?? boot),
    source: own.get('src') ?? null,
    // `via inet6 fe80::1` where the gateway is of the other family.
    gateways: words.flatMap((word, at) => (word === 'via' ? (words.slice(at + 1, at + 3).find(isAddress) ?? []) : [])),
    interfaces: words.flatMap((word, at) => (word === 'dev' ? (words[at + 1] ?? []) : [])),
    path: pathOf(words),
  }
}

function isAddress(word: string): boolean {
  return /[.:]/.test(word)
}

/**
 * The same for each way in which the kernel shows one path: a nexthop group of one member it shows as a list of one, and a
 * route that is added with such a list as any other.
 */
function pathOf(words: readonly string[]): string {
  const first = words.indexOf('nexthop')
  if (first === -1) return inOrder(words)
  const [options, hops] = [words.slice(0, first), words.slice(first)]
  if (hops.lastIndexOf('nexthop') > 0) return [...options, ...hops].join(' ')
  const weight = hops.indexOf('weight')
  return inOrder([...options, ...hops.filter((_, at) => at !== 0 && at !== weight && at !== weight + 1)])
}

/** Where it leads first, then the rest as it stands. */
function inOrder(words: readonly string[]): string {
  const via = words.indexOf('via')
  const dev = words.indexOf('dev')
  const length = words[via + 1] === 'inet6' ? 3 : 2
  const isVia = (at: number): boolean => via !== -1 && at >= via && at < via + length
  const isDev = (at: number): boolean => dev !== -1 && at >= dev && at < dev + 2
  const chosen = (fits: (at: number) => boolean): string[] => words.filter((_, at) => fits(at))
  return [...chosen(isVia), ...chosen(isDev), ...chosen((at) => !isVia(at) && !isDev(at))].join(' ')
}

/** Who makes a route by hand and names no protocol; `ip` shows none then. */
const boot = 3

/** A route of ours as `ip route` takes it, to add it or to remove it and no other. */
export function routeWords(route: Twin | KernelRoute, protocol: number): string {
  const { destination, tos, metric, source, path } = route
  return [
    destination,
    ...(tos === '' ? [] : ['tos', tos]),
    `proto ${protocol}`,
    ...(source === null ? [] : ['src', source]),
    ...(metric === 0 ? [] : ['metric', String(metric)]),
    // Last: of several paths each begins with a word of its own.
    path,
  ].join(' ')
}
