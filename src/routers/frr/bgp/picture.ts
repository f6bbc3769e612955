import { hostPrefix } from '../../../domain/address.js'
import type { RouteChange } from '../../../domain/target.js'
import { isMap, mapAt, textAt, type JsonMap } from '../json.js'
import { ourWeight } from './route-map.js'

/** How our route of one address looks in the table, and whether the operator has one as well. */
export interface Look {
  /** Empty: it is not there. */
  readonly ours: string
  /** Whether bgpd takes it for valid: with import-check, that its address is there. */
  readonly valid: boolean
  readonly foreign: boolean
}

const absent: Look = { ours: '', valid: false, foreign: false }

/** What one poll saw, by host prefix and by neighbor. */
export interface Picture {
  readonly routes: ReadonlyMap<string, Look>
  /** Neighbors whose session is established. */
  readonly established: ReadonlySet<string>
}

/** Reads the tables of the pools, and the summary of the sessions. Throws Gibberish. */
export function readPicture(summary: JsonMap, tables: readonly JsonMap[]): Picture {
  const routes = new Map<string, Look>()
  for (const table of tables) {
    for (const [prefix, paths] of Object.entries(mapAt(table, 'routes'))) {
      const own = (Array.isArray(paths) ? paths : []).filter(isMap).filter(isStanding)
      if (own.length > 0) routes.set(prefix, lookOf(own))
    }
  }
  const peers = Object.keys(summary).flatMap((family) => Object.entries(mapAt(mapAt(summary, family), 'peers')))
  const up = peers.filter(([, peer]) => isMap(peer) && textAt(peer, 'state') === 'Established')
  return { routes, established: new Set(up.map(([name]) => name)) }
}

function isStanding(path: JsonMap): boolean {
  return path['peerId'] === '(unspec)' && path['removed'] !== true
}

function lookOf(own: readonly JsonMap[]): Look {
  const ours = own.find((path) => path['weight'] === ourWeight)
  return {
    ours: ours === undefined ? '' : inWords(ours['metric'], ours['locPrf'], lengthOf(textAt(ours, 'path'))),
    valid: ours?.['valid'] === true,
    foreign: own.some((path) => path !== ours && path['valid'] === true),
  }
}

function lengthOf(path: string): number {
  return path === '' ? 0 : path.split(' ').length
}

function inWords(med: unknown, localPref: unknown, prepend: number): string {
  return JSON.stringify([med ?? null, localPref ?? null, prepend])
}

/**
 * Tells, in what polls see, our own changes from those of somebody else: a change that bgpd acknowledged is in every picture
 * taken later. Memory of what was said, not of what is there.
 */
export class PictureLog {
  #last: Picture | undefined
  /** By host prefix: how our change makes it look; null: to be seen. In flight until it is acknowledged. */
  readonly #said = new Map<string, { readonly look: string | null; readonly at: number }>()
  readonly #inFlight = new Map<string, number>()

  /** A change that is about to be sent. */
  told({ address }: RouteChange): void {
    const prefix = hostPrefix(address)
    this.#inFlight.set(prefix, (this.#inFlight.get(prefix) ?? 0) + 1)
  }

  /** A change that was answered: done, or nobody knows. */
  answered(change: RouteChange, done: boolean, now: number): void {
    const prefix = hostPrefix(change.address)
    const left = (this.#inFlight.get(prefix) ?? 1) - 1
    if (left > 0) this.#inFlight.set(prefix, left)
    else this.#inFlight.delete(prefix)
    this.#said.set(prefix, { look: done ? lookAfter(change) : null, at: now })
  }

  /** What others announce, as an observation told it: from now on a change of that is news, whatever the last poll saw. */
  found(foreign: ReadonlySet<string>): void {
    if (this.#last === undefined) return
    const routes = new Map(this.#last.routes)
    for (const [prefix, look] of routes) routes.set(prefix, { ...look, foreign: foreign.has(prefix) })
    for (const prefix of foreign) routes.set(prefix, { ...(routes.get(prefix) ?? absent), foreign: true })
    this.#last = { ...this.#last, routes }
  }

  /** What was said before counts no more: another bgpd, or the first look at it. */
  forget(): void {
    this.#last = undefined
    this.#said.clear()
  }

  /** Takes a picture that was begun at `since`; what of it is news, each in words. */
  take(picture: Picture, since: number): string[] {
    const before = this.#last
    this.#last = picture
    if (before === undefined) return []
    return [...this.#routeNews(before, picture, since), ...sessionNews(before, picture)]
  }

  #routeNews(before: Picture, after: Picture, since: number): string[] {
    const news: string[] = []
    for (const prefix of new Set([...before.routes.keys(), ...after.routes.keys(), ...this.#said.keys()])) {
      const was = before.routes.get(prefix) ?? absent
      const is = after.routes.get(prefix) ?? absent
      const said = this.#said.get(prefix)
      // A change on its way may be in the picture or not: the next one tells.
      if (this.#inFlight.has(prefix) || (said !== undefined && said.at >= since)) continue
      this.#said.delete(prefix)
      const expected = said === undefined ? was.ours : (said.look ?? is.ours)
      if (is.ours !== expected || is.foreign !== was.foreign) news.push(`route ${prefix} was changed by somebody else`)
      else if (said === undefined && is.valid !== was.valid)
        news.push(`route ${prefix} is ${is.valid ? '' : 'not '}valid`)
    }
    return news
  }
}

/** Without a MED the path has one that bgpd chose. */
function lookAfter(change: RouteChange): string | null {
  if (change.kind === 'withdraw') return ''
  const { med, localPref, prepend = 0 } = change.attributes.bgp
  return med === undefined ? null : inWords(med, localPref, prepend)
}

function sessionNews(before: Picture, after: Picture): string[] {
  const lost = [...before.established].filter((name) => !after.established.has(name))
  const found = [...after.established].filter((name) => !before.established.has(name))
  return [...lost.map((name) => `session ${name} is down`), ...found.map((name) => `session ${name} is established`)]
}
