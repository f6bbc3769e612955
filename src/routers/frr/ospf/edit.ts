import { hostPrefix, type Address } from '../../../domain/address.js'
import { shared, type Command } from './command.js'
import type { Dialect } from './dialect.js'
import { guestList, listName, readListName, type Holdings } from './held.js'
import { ospf6dLinks, ospfdLinks } from './links.js'
import type { MapEntry, OspfConfiguration } from './running-config.js'
import { entryFor, passageOf, sameEntry } from './standing.js'

/** What brings routes in or out, and what can wait until that has left the daemon: it sends nothing while it reads commands. */
export interface Edit {
  readonly now: readonly Command[]
  readonly later: readonly Command[]
}

/**
 * Makes what is ours in the daemon into `wanted`, and nothing else of it; empty when it is so already. Stub links of ospfd come
 * between the entry in their list and its removal: the list says that they are ours. An external route is judged by lists and
 * entries that are edited before; the last one goes with the statement, whatever the lists say.
 */
export function editTo(wanted: Holdings, configuration: OspfConfiguration, dialect: Dialect, area: string): Edit {
  const lists = listCommands(wanted, configuration, dialect)
  const entries = entryCommands(wanted, configuration, dialect)
  const links =
    dialect.daemon === 'ospfd'
      ? ospfdLinks(wanted, configuration, dialect, area)
      : ospf6dLinks(wanted, configuration, dialect, area, lists.changed)
  const isJudged = lists.judged.length + entries.made.length + entries.unmade.length > 0
  const passing = redistributeAnew(wanted, configuration, dialect, isJudged)
  const rest = [...entries.unmade, ...lists.last, ...leftovers(wanted, configuration, dialect)]
  return needsPassage(wanted) || passageOf(configuration, dialect).kind === 'guest'
    ? { now: [...lists.first, ...lists.judged, ...entries.made, ...links, ...passing], later: rest }
    : { now: [...lists.first, ...links, ...passing], later: [...lists.judged, ...rest] }
}

function needsPassage(wanted: Holdings): boolean {
  return [...wanted.values()].some(({ held }) => held.kind === 'external')
}

interface ListCommands {
  /** Of lists that stub links need. */
  readonly first: Command[]
  /** Of lists that the route-map asks. */
  readonly judged: Command[]
  /** Of lists that only say what is ours. */
  readonly last: Command[]
  /** Interfaces whose list changes. */
  readonly changed: ReadonlySet<string>
}

function listCommands(wanted: Holdings, configuration: OspfConfiguration, dialect: Dialect): ListCommands {
  const commands: ListCommands = { first: [], judged: [], last: [], changed: new Set() }
  const changed = new Set<string>()
  const guests = guestsOf(wanted, configuration, dialect)
  for (const each of guests.values()) {
    const text = `${dialect.list} ${guestList(dialect)} permit ${hostPrefix(each)}`
    if (configuration.lists.get(guestList(dialect))?.addresses.has(each.text) !== true)
      commands.judged.push({ text, about: each.text })
  }
  const isLink = (name: string): boolean => readListName(dialect, name)?.kind === 'internal'
  const touch = (name: string): void => {
    const held = readListName(dialect, name)
    if (held?.kind === 'internal') changed.add(held.interface)
  }
  for (const { address, held } of wanted.values()) {
    const name = listName(dialect, held)
    if (configuration.lists.get(name)?.addresses.has(address.text) === true) continue
    const command = { text: `${dialect.list} ${name} permit ${hostPrefix(address)}`, about: address.text }
    ;(isLink(name) ? commands.first : commands.judged).push(command)
    touch(name)
  }
  for (const [name, { addresses, odd }] of configuration.lists) {
    const isGuests = name === guestList(dialect)
    const gone = [...addresses.values()].filter((address) => {
      const one = wanted.get(address.text)
      return isGuests ? !guests.has(address.text) : one === undefined || listName(dialect, one.held) !== name
    })
    const removals = [
      ...odd.map((line) => shared(`no ${line}`)),
      ...gone.map((each) => ({
        text: `no ${dialect.list} ${name} permit ${hostPrefix(each)}`,
        about: each.text,
      })),
    ]
    if (removals.length === 0) continue
    touch(name)
    if (!isLink(name)) commands.judged.push(...removals)
    else (dialect.daemon === 'ospfd' ? commands.last : commands.first).push(...removals)
  }
  return { ...commands, changed }
}

/** Our external routes, where the operator's route-map lets them pass. */
function guestsOf(wanted: Holdings, configuration: OspfConfiguration, dialect: Dialect): ReadonlyMap<string, Address> {
  if (passageOf(configuration, dialect).kind !== 'guest') return new Map()
  const external = [...wanted].filter(([, { held }]) => held.kind === 'external')
  return new Map(external.map(([text, { address }]) => [text, address]))
}

/** One entry for each list: the address decides what is set. */
function entryCommands(
  wanted: Holdings,
  configuration: OspfConfiguration,
  dialect: Dialect,
): { readonly made: readonly Command[]; readonly unmade: readonly Command[] } {
  const needed = new Map<string, MapEntry>()
  for (const { held } of wanted.values()) {
    const name = listName(dialect, held)
    if (held.kind === 'external') needed.set(name, entryFor(name, held, dialect))
  }
  // Without any the map goes as a whole.
  if (needed.size === 0) return { made: [], unmade: [] }
  const entries = configuration.maps.get(dialect.map) ?? new Map<number, MapEntry>()
  const unmade: Command[] = []
  for (const [number, entry] of entries) {
    const serves = [...needed].find(([, one]) => sameEntry(one, entry))
    if (serves !== undefined) needed.delete(serves[0])
    else unmade.push(shared(`no route-map ${dialect.map} ${entry.action} ${number}`))
  }
  const made: Command[] = []
  let number = 0
  for (const { action, lines } of needed.values()) {
    do number += 10
    while (entries.has(number))
    made.push(...[`route-map ${dialect.map} ${action} ${number}`, ...lines, 'exit'].map(shared))
  }
  return { made, unmade }
}

/**
 * Has the daemon judge its connected routes anew. A list that is edited takes effect 5 s later by itself: in ospfd after
 * `timers throttle lsa all`, in ospf6d after a constant. ospfd judges at once when it is told the same statement again; ospf6d only
 * when the statement differs, and then it takes all of its connected routes back and gives them anew, some 0.1 ms apart at
 * the next router (4 ms with 200 of them). It is told its default metric, or not.
 */
function redistributeAnew(
  wanted: Holdings,
  configuration: OspfConfiguration,
  dialect: Dialect,
  changed: boolean,
): Command[] {
  const { instance, map, daemon } = dialect
  const passage = passageOf(configuration, dialect)
  const say = (line: string): Command[] => [instance, line, 'exit'].map(shared)
  switch (passage.kind) {
    case 'taken':
      return []
    case 'guest':
      // His own words, which change nothing but what ospfd makes of them; ospf6d makes it of the lists after 5 s.
      return changed ? say(passage.line) : []
    case 'none':
      return needsPassage(wanted) ? say(`redistribute connected route-map ${map}`) : []
    case 'ours': {
      if (!needsPassage(wanted)) return say('no redistribute connected')
      const metric = daemon === 'ospf6d' && !passage.line.includes(' metric ') ? ' metric 20' : ''
      return changed ? say(`redistribute connected${metric} route-map ${map}`) : []
    }
  }
}

/** What of our name nothing names any more, and what another daemon's saved configuration left here. */
function leftovers(wanted: Holdings, { maps, strays }: OspfConfiguration, { map }: Dialect): Command[] {
  const unused = [...maps.keys()].filter((name) => name !== map || !needsPassage(wanted))
  return [...unused.map((name) => `no route-map ${name}`), ...[...strays].map((stray) => `no ${stray}`)].map(shared)
}
