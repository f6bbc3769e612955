import { type Alias, isAlias, isMap, isNode, isScalar, isSeq, type Pair, type YAMLMap } from 'yaml'

import type { Path, Problems } from '../problems.js'
import type { MapEntry, Node } from './node.js'
import { unquotedIpv6 } from './unquoted-ipv6.js'

/** Where the reader stands: the path so far, and whether that is inside `[ ]` or `{ }`. */
interface Where {
  readonly path: Path
  readonly flow: boolean
}

/** Turns a parsed YAML document into plain nodes; what can't be turned is refused. */
export class TreeReader {
  readonly #anchors = new Map<string, unknown>()
  /** By YAML node: what it became, so that an aliased one is read once. */
  readonly #read = new Map<unknown, Node>()
  /** Collections that are being read, from the root down: an alias to one of them would never end. */
  readonly #open = new Set<unknown>()

  constructor(private readonly problems: Problems) {}

  read(yaml: unknown, where: Where = { path: [], flow: false }): Node {
    if (isAlias(yaml)) return this.#readAlias(yaml, where)
    if (isNode(yaml) && yaml.anchor !== undefined) this.#anchors.set(yaml.anchor, yaml)
    this.#open.add(yaml)
    const node = this.#readOnce(yaml, where)
    this.#open.delete(yaml)
    this.#read.set(yaml, node)
    return node
  }

  #readOnce(yaml: unknown, where: Where): Node {
    const at = startOf(yaml)
    const unquoted = unquotedIpv6(yaml, where.flow)
    if (unquoted !== undefined) {
      const place = where.flow ? 'inside [ ] or { }' : 'with a colon at its end'
      const message = `an unquoted IPv6 address ${place} is a YAML trap: its colons can be taken for \`key: value\``
      this.problems.refuse({ at, path: where.path }, message, `Put it in quotes: "${unquoted}"`)
      return { kind: 'scalar', at, value: unquoted }
    }
    if (isScalar(yaml)) return { kind: 'scalar', at, value: yaml.value }
    if (isMap(yaml)) return this.#readMap(yaml, { ...where, flow: where.flow || yaml.flow === true })
    if (!isSeq(yaml)) return { kind: 'scalar', at, value: null }
    const flow = where.flow || yaml.flow === true
    return {
      kind: 'list',
      at,
      items: yaml.items.map((item, index) => this.read(item, { path: [...where.path, index], flow })),
    }
  }

  #readAlias(alias: Alias, where: Where): Node {
    const spot = { at: startOf(alias), path: where.path }
    const target = this.#anchors.get(alias.source)
    if (target === undefined) {
      const remedy = `Write \`&${alias.source}\` before the value that is meant, above this line`
      return this.#refuse(spot, `the alias \`*${alias.source}\` refers to nothing`, remedy)
    }
    if (this.#open.has(target)) {
      return this.#refuse(spot, `the alias \`*${alias.source}\` stands inside what it names`, 'Remove the alias')
    }
    return this.#read.get(target) ?? this.read(target, where)
  }

  #readMap(map: YAMLMap, where: Where): Node {
    const own = new Map<string, MapEntry>()
    const merged = new Map<string, MapEntry>()
    for (const pair of map.items) {
      if (isMergeKey(pair.key)) {
        for (const [key, entry] of this.#mergeSource(pair, where)) if (!merged.has(key)) merged.set(key, entry)
      } else {
        this.#readPair(pair, where, own)
      }
    }
    return { kind: 'map', at: startOf(map), entries: new Map([...merged, ...own]) }
  }

  #readPair(pair: Pair, where: Where, entries: Map<string, MapEntry>): void {
    const keyAt = startOf(pair.key)
    if (!isScalar(pair.key)) {
      this.#refuse({ at: keyAt, path: where.path }, 'a key must be a word', 'Write `key: value`')
      return
    }
    const key = pair.key.source ?? String(pair.key.value)
    const path = [...where.path, key]
    const before = entries.get(key)
    if (before !== undefined) {
      const line = this.problems.lineOf(before.keyAt)
      this.#refuse({ at: keyAt, path }, `the key \`${key}\` stands in line ${line} already`, 'Keep one of them')
      return
    }
    const node = pair.value === null ? nothing(keyAt) : this.read(pair.value, { path, flow: where.flow })
    entries.set(key, { keyAt, node: isEmpty(node) ? nothing(keyAt) : node })
  }

  /** What `<<` brings: a map, or a list of maps of which the first wins. */
  #mergeSource(pair: Pair, where: Where): [string, MapEntry][] {
    const node = this.read(pair.value, where)
    const sources = node.kind === 'list' ? node.items : [node]
    return sources.flatMap((source) => {
      if (source.kind === 'map') return [...source.entries]
      const spot = { at: startOf(pair.key), path: where.path }
      if (source.kind !== 'refused') this.#refuse(spot, '`<<` merges maps only', 'Name a map: `<<: *name`')
      return []
    })
  }

  #refuse(spot: { at: number; path: Path }, message: string, remedy: string): Node {
    this.problems.refuse(spot, message, remedy)
    return { kind: 'refused', at: spot.at }
  }
}

/** A key without a value: the place to point at is the key, since the value's own may be on a later line. */
function nothing(keyAt: number): Node {
  return { kind: 'scalar', at: keyAt, value: null }
}

function isEmpty(node: Node): boolean {
  return node.kind === 'scalar' && node.value === null
}

function isMergeKey(key: unknown): boolean {
  return isScalar(key) && typeof key.value === 'symbol'
}

function startOf(yaml: unknown): number {
  return isNode(yaml) ? (yaml.range?.[0] ?? 0) : 0
}
