import { hostLength, type Address, type Family } from '../../../domain/address.js'
import type { PoolSet } from '../../common/pool-set.js'
import type { Instance } from './instance.js'
import { ourName, type RouteMapEntry } from './route-map.js'

/** A `network` statement of a host route inside the pools. */
export interface Statement {
  readonly address: Address
  /** The route-map that it names; null: none. */
  readonly map: string | null
}

/** What bgpd's configuration says of our routes: FRR has no JSON of it, and nothing else tells whose a statement is. */
export interface BgpConfiguration {
  /** By address text: the statements of the instance, ours or not. */
  readonly statements: ReadonlyMap<string, Statement>
  /** By name: the route-maps of our name. */
  readonly maps: ReadonlyMap<string, readonly RouteMapEntry[]>
  /** Route-maps of our name that a statement of whatever instance or neighbor names. */
  readonly used: ReadonlySet<string>
  /** `redistribute …` of the instance. */
  readonly redistributes: Readonly<Record<Family, readonly string[]>>
}

/** Whether a statement is ours: it bears our name. */
export function isOurs({ map }: Statement): boolean {
  return map !== null && map.startsWith(ourName)
}

/** Reads what `show running-config` of bgpd prints. */
export function readConfiguration(text: string, instance: Instance, pools: PoolSet): BgpConfiguration {
  const statements = new Map<string, Statement>()
  const maps = new Map<string, RouteMapEntry[]>()
  const used = new Set<string>()
  const redistributes: Record<Family, string[]> = { ipv4: [], ipv6: [] }
  let inside = false
  let family: Family | null = null
  let entry: OpenEntry | null = null
  for (const line of text.split('\n')) {
    const words = line.trim().split(' ')
    if (!line.startsWith(' ')) {
      inside = isInstance(words, instance)
      family = null
      entry = openEntry(words, maps)
    }
    if (words[0] !== 'route-map') for (const name of mapsNamed(words)) used.add(name)
    if (line.startsWith(' ') && entry !== null) addTo(entry, line.trim())
    if (!inside) continue
    if (words[0] === 'address-family') family = unicastFamily(words)
    else if (words[0] === 'exit-address-family') family = null
    else if (family !== null && words[0] === 'redistribute') redistributes[family].push(line.trim())
    else if (family !== null && words[0] === 'network') {
      const statement = readStatement(words, family, pools)
      if (statement !== undefined) statements.set(statement.address.text, statement)
    }
  }
  return { statements, maps, used, redistributes }
}

interface OpenEntry {
  readonly action: string
  readonly conditions: string[]
  readonly sets: string[]
}

function openEntry([keyword, name, action]: readonly string[], maps: Map<string, RouteMapEntry[]>): OpenEntry | null {
  if (keyword !== 'route-map' || name === undefined || !name.startsWith(ourName)) return null
  const entry: OpenEntry = { action: action ?? '', conditions: [], sets: [] }
  maps.set(name, [...(maps.get(name) ?? []), entry])
  return entry
}

function addTo(entry: OpenEntry, line: string): void {
  if (line.startsWith('set ')) entry.sets.push(line.slice('set '.length))
  else entry.conditions.push(line)
}

/** `router bgp 65001 vrf red`; the default instance names no VRF. */
function isInstance([router, bgp, , kind, name]: readonly string[], { vrf }: Instance): boolean {
  if (router !== 'router' || bgp !== 'bgp') return false
  return vrf === 'default' ? kind !== 'vrf' && kind !== 'view' : kind === 'vrf' && name === vrf
}

function unicastFamily([, family, kind]: readonly string[]): Family | null {
  return kind === 'unicast' && (family === 'ipv4' || family === 'ipv6') ? family : null
}

/** Route-maps of our name that a line names. */
function mapsNamed(words: readonly string[]): string[] {
  return words.filter((word, at) => word.startsWith(ourName) && words[at - 1] === 'route-map')
}

function readStatement(words: readonly string[], family: Family, pools: PoolSet): Statement | undefined {
  const [text = '', length] = (words[1] ?? '').split('/')
  const address = Number(length) === hostLength(family) ? pools.find(text) : undefined
  if (address === undefined) return undefined
  const at = words.indexOf('route-map')
  return { address, map: at < 0 ? null : (words[at + 1] ?? null) }
}
