import { dirname, resolve } from 'node:path'
import { images } from './images.js'
import type { NodeSettings, TopologyDocument } from './schema.js'
import { splitWords } from './words.js'

/** A file or directory that a node shows. Without `:ro` it is a copy: what the node writes stays in the node. */
export interface Bind {
  readonly source: string
  readonly target: string
  readonly readOnly: boolean
}

export interface NodeSpec {
  readonly name: string
  /** A key of `images`. */
  readonly image: string
  /** The main program; empty: the node runs none. */
  readonly cmd: readonly string[]
  /** Run in this order after the links are up and before the main program. */
  readonly exec: readonly (readonly string[])[]
  readonly binds: readonly Bind[]
  readonly env: Readonly<Record<string, string>>
  readonly sysctls: Readonly<Record<string, string>>
}

export interface Endpoint {
  readonly node: string
  readonly interface: string
}

export interface Topology {
  readonly file: string
  readonly name: string
  readonly nodes: readonly NodeSpec[]
  readonly links: readonly (readonly [Endpoint, Endpoint])[]
}

/** Called with the keys that lead to what is wrong. */
export type Complain = (path: readonly (string | number)[], problem: string) => void

/** Works out what each node is, from defaults, its kind and its own settings, the later ones winning. */
export function resolveTopology(file: string, document: TopologyDocument, complain: Complain): Topology {
  const { defaults = {}, kinds = {}, nodes, links = [] } = document.topology
  const base = mergeSettings(defaults, kinds.linux ?? {})
  return {
    file,
    name: document.name,
    nodes: Object.entries(nodes).map(([name, own]) =>
      resolveNode(dirname(file), name, mergeSettings(base, own ?? {}), (path, problem) =>
        complain(['topology', 'nodes', name, ...path], problem),
      ),
    ),
    links: resolveLinks(
      links.map((link) => link.endpoints),
      Object.keys(nodes),
      complain,
    ),
  }
}

function mergeSettings(base: NodeSettings, own: NodeSettings): NodeSettings {
  return {
    ...base,
    ...own,
    exec: [...(base.exec ?? []), ...(own.exec ?? [])],
    binds: [...(base.binds ?? []), ...(own.binds ?? [])],
    env: { ...base.env, ...own.env },
    sysctls: { ...base.sysctls, ...own.sysctls },
  }
}

function resolveNode(folder: string, name: string, settings: NodeSettings, complain: Complain): NodeSpec {
  const wordsOf = (key: string, line: string): string[] => {
    try {
      return splitWords(line)
    } catch (error) {
      complain([key], `"${line}": ${(error as Error).message}`)
      return []
    }
  }
  if (settings.kind === undefined) complain([], 'needs a kind, here or in topology.defaults: linux')
  const image = settings.image?.replace(/^local:/, '') ?? ''
  const known = images.get(image)
  if (known === undefined || image === settings.image) {
    const choices = [...images.keys()].map((each) => `local:${each}`).join(', ')
    complain(['image'], `${settings.image ?? 'missing'}: the image names a program of this machine: ${choices}`)
  }
  const binds = (settings.binds ?? []).flatMap((text) => parseBind(folder, text) ?? [])
  if (binds.length !== settings.binds?.length)
    complain(['binds'], 'each is source:/absolute/target, or with :ro behind')
  return {
    name,
    image,
    cmd: settings.cmd === undefined ? (known?.cmd ?? []) : wordsOf('cmd', settings.cmd),
    exec: (settings.exec ?? []).map((line) => wordsOf('exec', line)).filter((words) => words.length > 0),
    // A later bind of the same target replaces the earlier.
    binds: [...new Map(binds.map((bind) => [bind.target, bind])).values()],
    env: stringValues(settings.env),
    sysctls: stringValues(settings.sysctls),
  }
}

/** Parses `source:target[:ro|rw]`, a relative source being relative to `folder`; undefined when it is none. */
export function parseBind(folder: string, text: string): Bind | undefined {
  const [source = '', target = '', mode = 'rw', ...rest] = text.split(':')
  if (source === '' || !target.startsWith('/') || !['ro', 'rw'].includes(mode) || rest.length > 0) return undefined
  return { source: resolve(folder, source), target, readOnly: mode === 'ro' }
}

function resolveLinks(
  links: readonly (readonly [string, string])[],
  nodes: readonly string[],
  complain: Complain,
): (readonly [Endpoint, Endpoint])[] {
  const taken = new Set<string>()
  const endpoint = (text: string, path: (string | number)[]): Endpoint => {
    const [node = '', name = ''] = text.split(':')
    if (!nodes.includes(node)) complain(path, `"${text}": there is no node ${node}`)
    if (taken.has(text)) complain(path, `"${text}": already at the end of another link`)
    taken.add(text)
    return { node, interface: name }
  }
  return links.map(([a, b], at) => {
    const path = (end: number): (string | number)[] => ['topology', 'links', at, 'endpoints', end]
    return [endpoint(a, path(0)), endpoint(b, path(1))]
  })
}

function stringValues(values: Readonly<Record<string, string | number>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, String(value)]))
}
