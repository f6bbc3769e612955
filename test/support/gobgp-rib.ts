import type { Gobgpd } from './gobgpd.js'

/** A path as gobgpd's own client prints it; what is not there is absent. */
export interface RibPath {
  /** Originated by the daemon itself. */
  readonly local: boolean
  readonly origin?: number
  readonly asPath?: readonly number[]
  readonly nextHop?: string
  readonly med?: number
  readonly localPref?: number
  readonly communities?: readonly number[]
  readonly largeCommunities?: readonly string[]
}

/** The global table of a daemon, by network: what really arrived there. */
export async function readRib(daemon: Gobgpd, family: 'ipv4' | 'ipv6'): Promise<Map<string, readonly RibPath[]>> {
  const text = await daemon.cli('-j', 'global', 'rib', '-a', family)
  const table = (JSON.parse(text === '' ? '{}' : text) ?? {}) as Record<string, JsonPath[]>
  return new Map(Object.entries(table).map(([network, paths]) => [network, paths.map(readPath)]))
}

/** Networks that a daemon originates itself, each as often as it does. */
export async function originated(daemon: Gobgpd): Promise<string[]> {
  const tables = await Promise.all([readRib(daemon, 'ipv4'), readRib(daemon, 'ipv6')])
  return tables
    .flatMap((table) => [...table].flatMap(([network, paths]) => paths.filter((path) => path.local).map(() => network)))
    .sort()
}

interface JsonPath {
  readonly attrs: readonly JsonAttribute[]
  /** Up to 3.x. */
  readonly 'neighbor-ip'?: string
  /** From 4.0. */
  readonly 'peer-address'?: string
}

interface JsonAttribute {
  readonly type: number
  readonly value?: unknown
  readonly nexthop?: string
  readonly metric?: number
  readonly as_paths?: readonly { readonly asns: readonly number[] }[]
  readonly communities?: readonly number[]
}

/** By the attribute's type number (IANA). */
const readers: Readonly<Record<number, (attribute: JsonAttribute) => Partial<RibPath>>> = {
  1: ({ value }) => ({ origin: value as number }),
  2: ({ as_paths: segments = [] }) => ({ asPath: segments.flatMap(({ asns }) => asns) }),
  3: ({ nexthop = '' }) => ({ nextHop: nexthop }),
  4: ({ metric = 0 }) => ({ med: metric }),
  5: ({ value }) => ({ localPref: value as number }),
  8: ({ communities = [] }) => ({ communities }),
  14: ({ nexthop = '' }) => ({ nextHop: nexthop }),
  32: ({ value }) => ({ largeCommunities: (value as object[]).map((one) => Object.values(one).join(':')) }),
}

function readPath(path: JsonPath): RibPath {
  const from = path['neighbor-ip'] ?? path['peer-address']
  const read = path.attrs.map((attribute) => readers[attribute.type]?.(attribute) ?? {})
  return Object.assign({ local: from === undefined || from === '<nil>' }, ...read) as RibPath
}
