/** One value of the file and where it stands, free of everything that is YAML's own: aliases and merges are resolved. */
export type Node = ScalarNode | ListNode | MapNode | RefusedNode

export interface ScalarNode {
  readonly kind: 'scalar'
  readonly at: number
  readonly value: unknown
}

export interface ListNode {
  readonly kind: 'list'
  readonly at: number
  readonly items: readonly Node[]
}

export interface MapNode {
  readonly kind: 'map'
  readonly at: number
  readonly entries: ReadonlyMap<string, MapEntry>
}

/** Something that has been refused already: nothing more is to be said about it. */
export interface RefusedNode {
  readonly kind: 'refused'
  readonly at: number
}

export interface MapEntry {
  /** Where the key stands. */
  readonly keyAt: number
  readonly node: Node
}

/**
 * The bare value, as a schema of single values takes it: a scalar, or a list or map of scalars. What nests deeper
 * becomes an empty object, so that a chain of aliases can't grow without bound here.
 */
export function plainValue(node: Node): unknown {
  if (node.kind === 'list') return node.items.map(scalarValue)
  if (node.kind === 'map') {
    return Object.fromEntries([...node.entries].map(([key, entry]) => [key, scalarValue(entry.node)]))
  }
  return node.kind === 'scalar' ? node.value : undefined
}

function scalarValue(node: Node): unknown {
  return node.kind === 'scalar' ? node.value : {}
}
