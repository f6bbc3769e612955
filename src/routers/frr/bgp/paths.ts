import type { Answer } from '../vty/answers.js'
import { isMap, mapAt, mapsAt, parseJson, type JsonMap } from '../json.js'
import { ourWeight } from './route-map.js'

/** What `show bgp … X/32 json` says of one host route that bgpd originates itself. */
export interface OwnPaths {
  /** A path that our route-map made. */
  readonly ours: boolean
  /** A valid path of the operator's: `network`, or `redistribute`. */
  readonly foreign: 'network' | 'redistribute' | null
  /** Whether bgpd has not finished with a change of it: what was sent says nothing yet. */
  readonly busy: boolean
  /** Neighbors that the best path was sent to, if that is one of these. */
  readonly sentTo: ReadonlySet<string>
}

/** Reads the table's entry of one prefix. Throws Gibberish. */
export function readOwnPaths(answer: Answer): OwnPaths {
  const entry = parseJson(answer)
  const paths = mapsAt(entry, 'paths')
  const own = paths.filter((path) => path['sourced'] === true)
  const standing = own.filter((path) => path['removed'] !== true)
  const foreign = standing.find((path) => !isMarked(path) && path['valid'] === true)
  const best = own.some((path) => mapAt(path, 'bestpath')['overall'] === true)
  return {
    ours: standing.some(isMarked),
    foreign: foreign === undefined ? null : foreign['local'] === true ? 'network' : 'redistribute',
    busy: paths.some((path) => path['processScheduled'] === true || path['removed'] === true),
    sentTo: new Set(best ? Object.keys(mapAt(entry, 'advertisedTo')) : []),
  }
}

/** Prefixes of the table inside a pool that bgpd originates itself, each with whether a path of it is the operator's. */
export function readOwnPrefixes(table: JsonMap): ReadonlyMap<string, { readonly foreign: boolean }> {
  const found = new Map<string, { foreign: boolean }>()
  for (const [prefix, paths] of Object.entries(mapAt(table, 'routes'))) {
    const own = (Array.isArray(paths) ? paths : []).filter(isMap).filter(isSourced)
    if (own.length > 0) found.set(prefix, { foreign: own.some((path) => !isMarked(path)) })
  }
  return found
}

function isMarked(path: JsonMap): boolean {
  return path['weight'] === ourWeight
}

/** Of a list, which says it of no path in so many words: a learned one names its neighbor. */
function isSourced(path: JsonMap): boolean {
  return path['peerId'] === '(unspec)'
}
