import { addressBits, hostPrefix, parseAddress, parsePrefix, type Address, type Family } from '../../domain/address.js'
import { items, record, type Json } from './json.js'

/**
 * What bears our name in bgpd, and lets a VIP's route through `redistribute connected route-map vipcast`:
 *
 *     route-map vipcast permit 10                       and so on, for each list of each family
 *      match ip address prefix-list vipcast-0
 *     ip prefix-list vipcast-0 seq 3405803829 permit 203.0.113.53/32
 *     ip prefix-list vipcast-0 seq 4294967295 deny any
 *
 * There are 32 lists of each family since FRR compares each new entry with all others of its list: a thousand entries in
 * one take 3.5 s of bgpd's time, in 32 a tenth of a second. A list that is not there lets nothing through, but one
 * without entries everything: the last line is the first to come, and goes with the list.
 */
export interface Gate {
  readonly lists: ReadonlyMap<string, List>
  /** The sequence numbers that the route-map has. */
  readonly clauses: ReadonlySet<number>
}

interface List extends ListName {
  /** By sequence number; null: an entry that is not for one host, ours at the end or somebody's. */
  readonly entries: ReadonlyMap<number, Address | null>
}

interface ListName {
  readonly family: Family
  readonly name: string
}

/** What one transaction changes, by the paths of FRR's YANG models. */
export interface Edit {
  readonly update: readonly { readonly path: string; readonly value: string }[]
  readonly remove: readonly string[]
}

const ours = 'vipcast'
const listCount = 32
const lastEntry = 4_294_967_295
const families: readonly Family[] = ['ipv4', 'ipv6']

export const gatePaths = ['/frr-filter:lib', '/frr-route-map:lib']

/** Of the configuration as FRR writes it in JSON; throws where it makes no sense. */
export function readGate(trees: readonly string[]): Gate {
  const lists = new Map<string, List>()
  const clauses = new Set<number>()
  for (const tree of trees) {
    const { 'frr-filter:lib': filters, 'frr-route-map:lib': maps } = record(tree === '' ? {} : JSON.parse(tree))
    for (const item of items(record(filters)['prefix-list'])) {
      const list = readList(item)
      if (list !== undefined) lists.set(keyOf(list), list)
    }
    for (const map of items(record(maps)['route-map'])) {
      if (map['name'] !== ours) continue
      for (const { sequence } of items(map['entry'])) clauses.add(Number(sequence))
    }
  }
  return { lists, clauses }
}

/** The addresses that it lets through. */
export function addressesIn({ lists }: Gate): ReadonlyMap<string, Address> {
  const found = [...lists.values()].flatMap(({ entries }) => [...entries.values()])
  return new Map(found.flatMap((address) => (address === null ? [] : [[address.text, address]])))
}

/** What has to be edited for these addresses to be let through, or not; undefined: nothing. */
export function editFor(gate: Gate, wanted: ReadonlyMap<Address, boolean>): Edit | undefined {
  const update: { path: string; value: string }[] = []
  const remove: string[] = []
  const byList = new Map<string, { name: ListName; wanted: Map<Address, boolean> }>()
  for (const [address, open] of wanted) {
    const name = listOf(address)
    const found = byList.get(keyOf(name)) ?? { name, wanted: new Map<Address, boolean>() }
    byList.set(keyOf(name), found)
    found.wanted.set(address, open)
  }
  for (const { name, wanted: those } of byList.values()) {
    const edit = editList(name, gate.lists.get(keyOf(name))?.entries ?? new Map<number, Address | null>(), those)
    update.push(...edit.update)
    remove.push(...edit.remove)
  }
  // The map before the lists, in vain without them; written by the first announcement, and never taken away.
  if (update.length > 0) update.unshift(...missingClauses(gate))
  return update.length + remove.length === 0 ? undefined : { update, remove }
}

function editList(
  name: ListName,
  entries: ReadonlyMap<number, Address | null>,
  wanted: ReadonlyMap<Address, boolean>,
): Edit {
  const path = `/frr-filter:lib/prefix-list[type='${name.family}'][name='${name.name}']`
  const entryPath = (sequence: number): string => `${path}/entry[sequence='${sequence}']`
  const held = new Map<string, number[]>()
  for (const [sequence, address] of entries) {
    if (address !== null) held.set(address.text, [...(held.get(address.text) ?? []), sequence])
  }
  const opened = [...wanted].flatMap(([address, open]) => (open && !held.has(address.text) ? [address] : []))
  const closed = [...wanted].flatMap(([{ text }, open]) => (open ? [] : (held.get(text) ?? [])))
  const left = new Set([...entries.keys()].filter((sequence) => sequence !== lastEntry && !closed.includes(sequence)))
  if (opened.length === 0 && left.size === 0) return { update: [], remove: entries.size === 0 ? [] : [path] }
  const update =
    entries.has(lastEntry) || opened.length === 0
      ? []
      : [
          { path: `${entryPath(lastEntry)}/action`, value: 'deny' },
          { path: `${entryPath(lastEntry)}/any`, value: '' },
        ]
  for (const address of opened) {
    const sequence = freeSequence(address, (at) => left.has(at) || closed.includes(at))
    left.add(sequence)
    update.push(
      { path: `${entryPath(sequence)}/action`, value: 'permit' },
      { path: `${entryPath(sequence)}/${address.family}-prefix`, value: hostPrefix(address) },
    )
  }
  return { update, remove: closed.map(entryPath) }
}

/** The last 32 bits of the address where they are free: for IPv4 they always are, unless somebody took them. */
function freeSequence(address: Address, isTaken: (sequence: number) => boolean): number {
  let sequence = Number(addressBits(address) & 0xffff_ffffn)
  while (sequence < 1 || sequence >= lastEntry || isTaken(sequence)) sequence = sequence >= lastEntry ? 1 : sequence + 1
  return sequence
}

function missingClauses({ clauses }: Gate): { path: string; value: string }[] {
  return families.flatMap((family, at) =>
    Array.from({ length: listCount }, (_, index) => {
      const sequence = 10 * (at * listCount + index + 1)
      if (clauses.has(sequence)) return []
      const entry = `/frr-route-map:lib/route-map[name='${ours}']/entry[sequence='${sequence}']`
      const match = `${entry}/match-condition[condition='frr-route-map:${family}-prefix-list']`
      return [
        { path: `${entry}/action`, value: 'permit' },
        { path: `${match}/rmap-match-condition/list-name`, value: `${ours}-${index}` },
      ]
    }).flat(),
  )
}

function listOf(address: Address): ListName {
  return { family: address.family, name: `${ours}-${Number(addressBits(address) % BigInt(listCount))}` }
}

function keyOf({ family, name }: ListName): string {
  return `${family} ${name}`
}

function readList(item: Json): List | undefined {
  const { name } = item
  const family = families.find((each) => each === item['type'])
  if (family === undefined || typeof name !== 'string' || !isOurs(name)) return undefined
  const entries = items(item['entry']).map((entry) => [Number(entry['sequence']), hostOf(entry, family)] as const)
  return { family, name, entries: new Map(entries) }
}

function isOurs(name: string): boolean {
  const index = name.startsWith(`${ours}-`) ? name.slice(ours.length + 1) : ''
  return /^\d+$/.test(index) && Number(index) < listCount
}

/** The address that an entry lets through; null where it is for others or for more. */
function hostOf(entry: Json, family: Family): Address | null {
  const prefix = entry[`${family}-prefix`]
  if (entry['action'] !== 'permit' || typeof prefix !== 'string') return null
  const parsed = parsePrefix(prefix)
  const address = parsed === undefined ? undefined : parseAddress(parsed.network.text)
  return address !== undefined && hostPrefix(address) === parsed?.text ? address : null
}
