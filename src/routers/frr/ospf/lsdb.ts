import { hostLength } from '../../../domain/address.js'
import type { PoolSet } from '../../common/pool-set.js'
import { isMap, mapAt, mapsAt, parseJson, textAt, type JsonMap } from '../json.js'
import type { Answer } from '../vty/answers.js'
import type { Dialect } from './dialect.js'

/** The host routes inside the pools that a daemon originates, by the kind of their LSA; texts of addresses. */
export interface Originated {
  readonly external: ReadonlySet<string>
  readonly internal: ReadonlySet<string>
}

/** What the daemon is asked for `readOriginated`. */
export function showOriginated({ daemon, show }: Dialect): readonly [external: string, internal: string] {
  return daemon === 'ospfd'
    ? [`${show} database external self-originate json`, `${show} database router self-originate json`]
    : [
        `${show} database as-external self-originated detail json`,
        `${show} database intra-prefix self-originated detail json`,
      ]
}

/** Throws Gibberish. */
export function readOriginated(
  external: Answer | undefined,
  internal: Answer | undefined,
  { daemon, family }: Dialect,
  pools: PoolSet,
): Originated {
  const host = (text: string, length: unknown): string[] => {
    const address = Number(length) === hostLength(family) ? pools.find(text) : undefined
    return address === undefined ? [] : [address.text]
  }
  const own = external === undefined ? {} : parseJson(external)
  const links = internal === undefined ? {} : parseJson(internal)
  if (daemon === 'ospfd') {
    const lsas = lsasIn(own)
    return {
      external: new Set(lsas.flatMap((lsa) => host(textAt(lsa, 'linkStateId'), lsa['networkMask']))),
      internal: new Set(stubLinks(links).flatMap((one) => host(textAt(one, 'networkAddress'), maskLength(one)))),
    }
  }
  const prefix = (one: JsonMap): string[] => {
    const [text = '', length] = textAt(one, 'prefix').split('/')
    return host(text, length)
  }
  const areas = mapsAt(links, 'areaScopedLinkStateDb').flatMap((area) => living(mapsAt(area, 'lsa')))
  return {
    external: new Set(mapsAt(own, 'asScopedLinkStateDb').flatMap((db) => living(mapsAt(db, 'lsa')).flatMap(prefix))),
    internal: new Set(areas.flatMap((lsa) => mapsAt(lsa, 'prefix').flatMap(prefix))),
  }
}

/** LSAs that are being flushed stand there with the highest age (RFC 2328 section 14). */
const maxAge = 3600

function living(lsas: readonly JsonMap[]): readonly JsonMap[] {
  return lsas.filter((lsa) => Number(lsa['lsaAge'] ?? lsa['age']) < maxAge)
}

/** The LSAs of ospfd's answer, however its release nests them: by area and id in maps (8.4), or in lists (10.3). */
function lsasIn(value: unknown): readonly JsonMap[] {
  if (Array.isArray(value)) return value.flatMap(lsasIn)
  if (!isMap(value)) return []
  return 'lsaAge' in value ? living([value]) : Object.values(value).flatMap(lsasIn)
}

function stubLinks(database: JsonMap): readonly JsonMap[] {
  return lsasIn(database).flatMap((lsa) => Object.values(mapAt(lsa, 'routerLinks')).filter(isMap))
}

function maskLength(link: JsonMap): number | undefined {
  return textAt(link, 'networkMask') === '255.255.255.255' ? 32 : undefined
}
