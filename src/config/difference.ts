import { isManaged, type Config } from '../domain/config.js'

/** What differs between two valid configurations, as plain data. */
export interface ConfigDifference {
  readonly vips: NamedDifference
  readonly routers: NamedDifference
  /** Paths of what differs beside these, `lifecycle.resync`. */
  readonly settings: readonly string[]
  /** Those of all paths that are read at start only: a reload can't bring them into force. */
  readonly needsRestart: readonly string[]
}

/** By name, in the order of the file. */
export interface NamedDifference {
  readonly added: readonly string[]
  readonly removed: readonly string[]
  readonly changed: readonly Changed[]
}

export interface Changed {
  readonly name: string
  /** The keys that differ. */
  readonly keys: readonly string[]
}

/**
 * When each setting is read. A router as a whole is read at start: its connection, sessions and sweep belong to what it
 * was. A gobgpd that vipcast starts is given the pools as its export policy, and would have to be started anew.
 */
type ReadWhen = 'live' | 'at start' | 'at start of a managed gobgpd'

const readWhen: Readonly<Record<Exclude<keyof Config, 'file' | 'routers' | 'vips'>, ReadWhen>> = {
  node: 'live',
  lifecycle: 'live',
  pools: 'at start of a managed gobgpd',
  control: 'at start',
  http: 'at start',
  log: 'at start',
  source: 'live',
  tripwires: 'live',
  runDir: 'at start',
  stateDir: 'at start',
}

/** Of `lifecycle`, what the guard of the daemon was started with. */
const guardSettings = new Set(['lifecycle.deadMan', 'lifecycle.onCrash'])

/** What a reload has to do to get from one configuration to the other. */
export function diffConfig(from: Config, to: Config): ConfigDifference {
  const routers = diffNamed(from.routers, to.routers)
  const keys = Object.keys(readWhen) as (keyof typeof readWhen)[]
  const differing = keys.map((key) => ({ key, paths: diffSetting(key, from[key], to[key]) }))
  const managed = from.routers.some(isManaged)
  const live = (when: ReadWhen): boolean => when === 'live' || (when !== 'at start' && !managed)
  const atStart = differing.flatMap(({ key, paths }) =>
    paths.filter((path) => guardSettings.has(path) || !live(readWhen[key])),
  )
  return {
    vips: diffNamed(from.vips, to.vips),
    routers,
    settings: differing.flatMap(({ paths }) => paths),
    needsRestart: [...atStart, ...routers.changed.map(({ name }) => `routers.${name}`)],
  }
}

function diffNamed<T extends { readonly name: string }>(from: readonly T[], to: readonly T[]): NamedDifference {
  const before = new Map(from.map((one) => [one.name, one]))
  const after = new Map(to.map((one) => [one.name, one]))
  return {
    added: [...after.keys()].filter((name) => !before.has(name)),
    removed: [...before.keys()].filter((name) => !after.has(name)),
    changed: to.flatMap((one) => {
      const old = before.get(one.name)
      const keys = old === undefined ? [] : changedKeys(old, one)
      return keys.length === 0 ? [] : [{ name: one.name, keys }]
    }),
  }
}

/** The path of a setting that differs; of a map, of each of its keys that does. */
function diffSetting(path: string, from: unknown, to: unknown): string[] {
  if (same(from, to)) return []
  if (!isMap(from) || !isMap(to)) return [path]
  return changedKeys(from, to).map((key) => `${path}.${key}`)
}

function changedKeys(from: object, to: object): string[] {
  const [before, after] = [new Map(Object.entries(from)), new Map(Object.entries(to))]
  return [...new Set([...before.keys(), ...after.keys()])].filter((key) => !same(before.get(key), after.get(key)))
}

function isMap(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Configurations are plain data, built by the same code: their keys stand in the same order. */
function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
