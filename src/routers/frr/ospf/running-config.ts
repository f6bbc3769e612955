import { hostLength, parseAddress, parsePrefix, type Address, type Prefix } from '../../../domain/address.js'
import type { PoolSet } from '../../common/pool-set.js'
import { ourName } from '../bgp/route-map.js'
import type { Dialect } from './dialect.js'

/** What an OSPF daemon's configuration says of our routes and of what stands in their way. FRR has no JSON of it. */
export interface OspfConfiguration {
  /** Whether the instance is configured. */
  readonly exists: boolean
  /** The lines `redistribute …` of the instance. */
  readonly redistributes: readonly string[]
  /** Areas that take no external routes. */
  readonly stubs: ReadonlySet<number>
  /** The statements `network … area …` of the instance. */
  readonly networks: readonly NetworkStatement[]
  readonly interfaces: ReadonlyMap<string, InterfaceLines>
  /** By name: the prefix-lists of our name. */
  readonly lists: ReadonlyMap<string, OurList>
  /** By name: the route-maps of our name, each its entries by their numbers. */
  readonly maps: ReadonlyMap<string, ReadonlyMap<number, MapEntry>>
  /** Route-maps of the operator's that have an entry which lets pass what is ours. */
  readonly passing: ReadonlySet<string>
  /** Prefix-lists of our name that are another daemon's: FRR gives each of them to all when it reads its saved file. */
  readonly strays: ReadonlySet<string>
}

export interface NetworkStatement {
  readonly prefix: Prefix
  readonly area: number
}

/** What is said of OSPF at one interface. */
export interface InterfaceLines {
  /** The area of the interface as a whole; null: it has none. */
  readonly area: number | null
  readonly cost: number | null
  /** Areas and costs of single addresses of it, which OSPFv2 knows. */
  readonly areas: ReadonlyMap<string, number>
  readonly costs: ReadonlyMap<string, number>
  /** The prefix-list of what it advertises, which OSPFv3 knows. */
  readonly filter: string | null
}

export interface OurList {
  readonly addresses: ReadonlyMap<string, Address>
  /** Lines that we don't write. */
  readonly odd: readonly string[]
}

export interface MapEntry {
  readonly action: string
  readonly lines: readonly string[]
}

/** An area as a number: FRR prints it as it was written, `0` or `0.0.0.0`. */
export function areaNumber(text: string): number {
  const parts = text.split('.').map(Number)
  return parts.length === 4 ? parts.reduce((sum, part) => sum * 256 + part, 0) : Number(text)
}

interface Mutable {
  exists: boolean
  redistributes: string[]
  stubs: Set<number>
  networks: NetworkStatement[]
  interfaces: Map<string, InterfaceLines & { readonly areas: Map<string, number>; readonly costs: Map<string, number> }>
  lists: Map<string, { readonly addresses: Map<string, Address>; readonly odd: string[] }>
  maps: Map<string, Map<number, { readonly action: string; readonly lines: string[] }>>
  passing: Set<string>
  strays: Set<string>
}

/** Reads what `show running-config` of the daemon prints. */
export function readConfiguration(text: string, dialect: Dialect, pools: PoolSet): OspfConfiguration {
  const found: Mutable = {
    exists: false,
    redistributes: [],
    stubs: new Set(),
    networks: [],
    interfaces: new Map(),
    lists: new Map(),
    maps: new Map(),
    passing: new Set(),
    strays: new Set(),
  }
  let read = (_line: string): void => {}
  for (const line of text.split('\n')) {
    if (line.startsWith(' ')) read(line.trim())
    else read = readTop(line, dialect, pools, found)
  }
  return found
}

/** Reads a line that is in no node; how to read those of the node that it opens. */
function readTop(line: string, dialect: Dialect, pools: PoolSet, found: Mutable): (line: string) => void {
  const words = line.split(' ')
  if (line === dialect.instance) {
    found.exists = true
    return (inside) => readInstanceLine(inside, found)
  }
  if (words[0] === 'interface' && words[1] !== undefined) {
    const name = words[1]
    return (inside) => readInterfaceLine(inside, name, dialect, found)
  }
  if (words[0] === 'route-map' && words[1]?.startsWith(ourName) === true) {
    const [, name, action = '', number] = words
    const entries = found.maps.get(name) ?? new Map<number, { action: string; lines: string[] }>()
    const lines: string[] = []
    found.maps.set(name, entries.set(Number(number), { action, lines }))
    return (inside) => void lines.push(inside)
  }
  if (words[0] === 'route-map') return readPassing(words[1] ?? '', dialect, found)
  const [ip, keyword, list = ''] = words
  if (keyword === 'prefix-list' && list.startsWith(ourName)) {
    if (`${ip} ${keyword}` === dialect.list && list.startsWith(dialect.map)) readListLine(line, dialect, pools, found)
    else found.strays.add(`${ip} ${keyword} ${list}`)
  }
  return () => {}
}

/** Both lines of an entry are needed: with the call alone it would deny what is not ours. */
function readPassing(name: string, { match, map }: Dialect, { passing }: Mutable): (line: string) => void {
  const needed = new Set([`match ${match} ${map}-vips`, `call ${map}`])
  return (inside) => {
    if (needed.delete(inside) && needed.size === 0) passing.add(name)
  }
}

/** `ip prefix-list vipcast-ospf seq 5 permit 203.0.113.53/32` */
function readListLine(line: string, { family }: Dialect, pools: PoolSet, { lists }: Mutable): void {
  const [, , name = '', , , action, prefix = '', ...more] = line.split(' ')
  const list = lists.get(name) ?? { addresses: new Map<string, Address>(), odd: [] }
  lists.set(name, list)
  const [host = '', length] = prefix.split('/')
  const address = pools.find(host)
  const plain = action === 'permit' && more.length === 0 && Number(length) === hostLength(family)
  if (plain && address !== undefined) list.addresses.set(address.text, address)
  else list.odd.push(line)
}

function readInstanceLine(line: string, { redistributes, stubs, networks }: Mutable): void {
  const [word, first = '', second, third = ''] = line.split(' ')
  if (word === 'redistribute') redistributes.push(line)
  if (word === 'area' && second === 'stub') stubs.add(areaNumber(first))
  const prefix = word === 'network' ? parsePrefix(first) : undefined
  if (prefix !== undefined) networks.push({ prefix, area: areaNumber(third) })
}

/** `ip ospf area 0`, `ip ospf cost 10 203.0.113.53`, `ipv6 ospf6 advertise prefix-list NAME` */
function readInterfaceLine(line: string, name: string, { onInterface }: Dialect, { interfaces }: Mutable): void {
  if (!line.startsWith(`${onInterface} `)) return
  const [word, value = '', third] = line.slice(onInterface.length + 1).split(' ')
  const before = interfaces.get(name) ?? { area: null, cost: null, areas: new Map(), costs: new Map(), filter: null }
  const address = third === undefined ? undefined : parseAddress(third)
  if (word === 'advertise') interfaces.set(name, { ...before, filter: third ?? null })
  if (word !== 'area' && word !== 'cost') return
  const number = word === 'area' ? areaNumber(value) : Number(value)
  if (address === undefined) interfaces.set(name, { ...before, [word]: number })
  else interfaces.set(name, before)
  if (address !== undefined) before[word === 'area' ? 'areas' : 'costs'].set(address.text, number)
}
