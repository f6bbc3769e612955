import type { RouteChange } from '../../../domain/target.js'
import type { Answer } from '../vty/answers.js'
import { mapAt, mapsAt, parseJson, textAt, textsAt } from '../json.js'
import { listTimeout, shortTimeout, type Bgpd } from './bgpd.js'
import { readOwnPaths } from './paths.js'
import { mapName, serves, type RouteMapEntry } from './route-map.js'
import { isOurs, type BgpConfiguration } from './running-config.js'

/** What bgpd holds that matters for some changes. */
export interface Standing {
  /** Whose the statement of an address is. */
  holder(address: string): 'ours' | 'foreign' | 'nobody'
  map(name: string): readonly RouteMapEntry[] | undefined
}

/** Changes for which each is looked up; more are told from the whole configuration, which 10,000 statements make 30 ms long. */
const mostLookups = 32

/**
 * Looks before a change is made: it must not replace or remove a statement of the operator's. For the few changes of the
 * fast lane their entries in the table tell, 0.1 ms each; where they don't, the configuration does. `taken` are
 * addresses whose statement was the operator's when last seen. Throws VtyFailed.
 */
export async function look(
  bgpd: Bgpd,
  changes: readonly RouteChange[],
  taken: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<Standing> {
  const thorough = changes.length > mostLookups || changes.some(({ address }) => taken.has(address.text))
  const standing = thorough ? null : await lookUp(bgpd, changes, signal)
  return standing ?? (await readAll(bgpd, changes, signal))
}

/** The configuration as a whole. Throws VtyFailed. */
export async function readAll(bgpd: Bgpd, changes: readonly RouteChange[], signal: AbortSignal): Promise<Standing> {
  const doing = 'read its configuration'
  const [first] = changes
  const tables = first === undefined ? [] : [bgpd.showHost(first.address)]
  const [configuration, table] = await bgpd.ask(['show running-config', ...tables], doing, listTimeout, signal)
  if (table !== undefined) bgpd.expectInstance(table, doing)
  return standingIn(bgpd.readConfiguration(configuration ?? nothing))
}

function standingIn({ statements, maps }: BgpConfiguration): Standing {
  return {
    holder: (address) => {
      const statement = statements.get(address)
      return statement === undefined ? 'nobody' : isOurs(statement) ? 'ours' : 'foreign'
    },
    map: (name) => maps.get(name),
  }
}

/** Null: the table alone does not tell. */
async function lookUp(bgpd: Bgpd, changes: readonly RouteChange[], signal: AbortSignal): Promise<Standing | null> {
  const doing = inWords(changes)
  const wanted = new Map(
    changes.flatMap((change) =>
      change.kind === 'announce' ? [[mapName(change.attributes, bgpd.instance.asn), change.attributes] as const] : [],
    ),
  )
  const names = [...wanted.keys()]
  const commands = [
    ...changes.map(({ address }) => bgpd.showHost(address)),
    ...names.map((name) => `show route-map ${name} json`),
  ]
  const answers = await bgpd.ask(commands, doing, shortTimeout, signal)
  const holders = new Map<string, 'ours' | 'nobody'>()
  for (const [at, change] of changes.entries()) {
    const answer = answers[at] ?? nothing
    bgpd.expectInstance(answer, doing)
    const { ours, foreign } = bgpd.read(doing, () => readOwnPaths(answer))
    // A route-map may hide whose statement it is; announcing, the last look at the configuration stands for that.
    if (!ours && (foreign !== null || change.kind === 'withdraw')) return null
    holders.set(change.address.text, ours ? 'ours' : 'nobody')
  }
  const maps = bgpd.read(doing, () => readMaps(names, answers.slice(changes.length)))
  for (const [name, attributes] of wanted) {
    const entries = maps.get(name)
    if (entries !== undefined && !serves(entries, attributes)) return null
  }
  return { holder: (address) => holders.get(address) ?? 'nobody', map: (name) => maps.get(name) }
}

/** What is done, in words: `announce 203.0.113.53`. */
export function inWords(changes: readonly RouteChange[]): string {
  const [first, ...others] = changes
  if (first === undefined || others.length > 0) return `change ${changes.length} routes`
  return `${first.kind} ${first.address.text}`
}

function readMaps(names: readonly string[], answers: readonly Answer[]): Map<string, readonly RouteMapEntry[]> {
  const maps = new Map<string, readonly RouteMapEntry[]>()
  for (const [at, name] of names.entries()) {
    const json = parseJson(answers[at] ?? nothing)
    const rules = mapsAt(mapAt(mapAt(json, 'BGP'), name), 'rules')
    if (rules.length === 0) continue
    maps.set(
      name,
      rules.map((rule) => ({
        action: textAt(rule, 'type'),
        conditions: textsAt(rule, 'matchClauses'),
        sets: textsAt(rule, 'setClauses'),
      })),
    )
  }
  return maps
}

const nothing: Answer = { text: '', status: 0 }
