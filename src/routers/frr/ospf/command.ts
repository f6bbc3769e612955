/** One command below `configure terminal`, and the address that it is about; null: all of them. */
export interface Command {
  readonly text: string
  readonly about: string | null
}

export function shared(text: string): Command {
  return { text, about: null }
}

/** Commands inside a node, none where there are none. */
export function visit(node: string, inside: readonly string[], about: string | null): Command[] {
  if (inside.length === 0) return []
  return [node, ...inside, 'exit'].map((text) => ({ text, about }))
}
