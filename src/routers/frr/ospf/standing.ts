import { hostLength, prefixContains, type Address } from '../../../domain/address.js'
import type { Dialect } from './dialect.js'
import { guestList, readListName, setsOf, type External, type Held, type Internal } from './held.js'
import type { MapEntry, NetworkStatement, OspfConfiguration } from './running-config.js'

/** A route of ours, as the configuration has it. */
export interface Standing {
  readonly address: Address
  readonly held: Held
  /** Whether all is there that announces it while it is bound. */
  readonly inEffect: boolean
  /** Whether nothing else is in its place. */
  readonly intact: boolean
}

/** What the lists of our name say is ours, by address text. */
export function standingIn(configuration: OspfConfiguration, dialect: Dialect): ReadonlyMap<string, Standing> {
  const standing = new Map<string, Standing>()
  for (const [name, { addresses, odd }] of configuration.lists) {
    const held = readListName(dialect, name)
    if (held === undefined) continue
    for (const [text, address] of addresses) {
      const found = held.kind === 'internal' ? withMetric(held, address, configuration, dialect) : held
      const inEffect =
        held.kind === 'internal'
          ? isLinked(held, address, configuration, dialect)
          : isPassed(name, held, address, configuration, dialect)
      // In two lists: somebody put it there, and which one counts is a matter of the order of entries.
      const intact = inEffect && odd.length === 0 && !standing.has(text)
      standing.set(text, { address, held: found, inEffect, intact })
    }
  }
  return standing
}

/** By what external routes can pass. `taken`: by nothing of ours, since the operator's statement has the place. */
export type Passage = { readonly kind: 'none' } | { readonly kind: 'ours' | 'guest' | 'taken'; readonly line: string }

/** `guest`: the operator's statement has the place, and his route-map lets ours pass. */
export function passageOf({ redistributes, passing }: OspfConfiguration, dialect: Dialect): Passage {
  const line = redistributes.find((each) => `${each} `.startsWith('redistribute connected '))
  if (line === undefined) return { kind: 'none' }
  if (isOurRedistribute(line, dialect)) return { kind: 'ours', line }
  const [, map = ''] = / route-map (\S+)/.exec(line) ?? []
  return { kind: passing.has(map) ? 'guest' : 'taken', line }
}

export function isOurRedistribute(line: string, { map }: Dialect): boolean {
  return ` ${line} `.includes(` route-map ${map} `)
}

/** The entry of our route-map that lets the addresses of a list pass. */
export function entryFor(name: string, held: External, { match }: Dialect): MapEntry {
  return { action: 'permit', lines: [`match ${match} ${name}`, ...setsOf(held).map((set) => `set ${set}`)] }
}

export function sameEntry(a: MapEntry, b: MapEntry): boolean {
  return a.action === b.action && [...a.lines].sort().join('\n') === [...b.lines].sort().join('\n')
}

/** Whether single addresses of an interface are put into an area, rather than networks: ospfd takes only one of both. */
export function isPerInterface({ interfaces }: OspfConfiguration): boolean {
  return [...interfaces.values()].some(({ area, areas }) => area !== null || areas.size > 0)
}

/** The statements that put an address into an area. */
export function networksOf(address: Address, { networks }: OspfConfiguration): readonly NetworkStatement[] {
  return networks.filter(({ prefix }) => prefixContains(prefix, address))
}

export function isHostStatement({ prefix }: NetworkStatement): boolean {
  return prefix.length === hostLength(prefix.family)
}

function isPassed(
  name: string,
  held: External,
  { text }: Address,
  configuration: OspfConfiguration,
  dialect: Dialect,
): boolean {
  const { kind } = passageOf(configuration, dialect)
  const isGuest = kind === 'guest' && configuration.lists.get(guestList(dialect))?.addresses.has(text) === true
  if (kind !== 'ours' && !isGuest) return false
  const entries = [...(configuration.maps.get(dialect.map)?.values() ?? [])]
  return entries.some((entry) => sameEntry(entry, entryFor(name, held, dialect)))
}

function withMetric(
  held: Internal,
  address: Address,
  { interfaces }: OspfConfiguration,
  { daemon }: Dialect,
): Internal {
  const lines = interfaces.get(held.interface)
  const metric = (daemon === 'ospfd' ? lines?.costs.get(address.text) : lines?.cost) ?? undefined
  return metric === undefined ? held : { ...held, metric }
}

function isLinked(held: Internal, address: Address, configuration: OspfConfiguration, dialect: Dialect): boolean {
  const lines = configuration.interfaces.get(held.interface)
  if (dialect.daemon === 'ospf6d')
    return lines?.area !== null && lines?.filter === `${dialect.map}-on-${held.interface}`
  if (lines?.areas.has(address.text) === true) return true
  return networksOf(address, configuration).some(isHostStatement)
}
