import type { z } from 'zod'

import type { Path, Problems, Spot } from '../problems.js'
import { kindOf, noValue, Wrong } from '../schema/leaf.js'
import { type Node, plainValue } from '../yaml/node.js'

/** A value of the file together with where it stands: what readers pass around, and what problems point at. */
export class Place implements Spot {
  constructor(
    readonly node: Node,
    /** Where its key stands; of an item of a list, where the item stands. */
    readonly keyAt: number,
    readonly path: Path,
    readonly problems: Problems,
  ) {}

  get at(): number {
    return this.node.at
  }

  /** The key of this value. */
  get key(): Spot {
    return { at: this.keyAt, path: this.path }
  }

  /** Whether something was refused here before: what is missing then says nothing. */
  get refused(): boolean {
    return this.node.kind === 'refused'
  }

  entry(key: string): Place | undefined {
    const entry = this.node.kind === 'map' ? this.node.entries.get(key) : undefined
    return entry && new Place(entry.node, entry.keyAt, [...this.path, key], this.problems)
  }

  /** Every entry of a map, with its key; none of anything else. */
  entries(): (readonly [string, Place])[] {
    if (this.node.kind !== 'map') return []
    return [...this.node.entries].map(([key, { node, keyAt }]) => [
      key,
      new Place(node, keyAt, [...this.path, key], this.problems),
    ])
  }

  /** Every item of a list; none of anything else. */
  items(): Place[] {
    if (this.node.kind !== 'list') return []
    return this.node.items.map((node, at) => new Place(node, node.at, [...this.path, at], this.problems))
  }

  /** The parsed value; undefined when it is wrong, which has then been refused. */
  parse<T>(schema: z.ZodType<T>): T | undefined {
    if (this.refused) return undefined
    if (this.is(null)) return this.#wrong(noValue)
    const result = schema.safeParse(plainValue(this.node))
    if (result.success) return result.data
    for (const issue of result.error.issues) {
      const at = issue.path.reduce<Place>((place, part) => place.#step(part), this)
      if (!at.refused) at.#wrong(translate(issue, plainValue(at.node)))
    }
    return undefined
  }

  is(value: unknown): boolean {
    return this.node.kind === 'scalar' && this.node.value === value
  }

  /** Whether it is a map, or a list; refuses when not. */
  expect(kind: 'map' | 'list', example: string): boolean {
    if (this.node.kind === kind) return true
    if (this.refused) return false
    this.#wrong(this.is(null) ? noValue : wrongKind(kind, plainValue(this.node), example))
    return false
  }

  refuse(message: string, remedy: string): void {
    this.problems.refuse(this, message, remedy)
  }

  warn(message: string, remedy: string): void {
    this.problems.warn(this, message, remedy)
  }

  #wrong(wrong: Wrong): undefined {
    this.refuse(wrong.message, wrong.remedy)
    return undefined
  }

  #step(part: PropertyKey): Place {
    return (typeof part === 'number' ? this.items()[part] : this.entry(String(part))) ?? this
  }
}

/** Our leaves say what is wrong themselves; what zod finds of its own is only the shape of lists. */
function translate(issue: z.core.$ZodIssue, value: unknown): Wrong {
  if (issue.code === 'custom') return new Wrong(issue.message, String(issue.params?.['remedy']))
  if (issue.code === 'too_small') return new Wrong('must not be empty', 'List at least one')
  return wrongKind('list', value, typeof value === 'string' ? `[${value}]` : '[a, b]')
}

function wrongKind(kind: 'map' | 'list', value: unknown, example: string): Wrong {
  return new Wrong(`must be a ${kind}, not ${kindOf(value)}`, `Write ${example}`)
}
