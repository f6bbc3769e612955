import { z } from 'zod'

import { nearest } from '../nearest.js'
import { keysNotBuilt, notBuiltYet } from '../not-built.js'
import type { Spot } from '../problems.js'
import { plainValue } from '../yaml/node.js'
import type { Place } from './place.js'

export type Shape = Readonly<Record<string, z.ZodType>>

type Value<S extends Shape, K extends keyof S> = Exclude<z.output<S[K]>, undefined>

/** What another map contributes, whatever its own shape is. */
export interface Inherited {
  lookup(key: string): unknown
  good(...keys: readonly string[]): boolean
  at(key: string): Place | undefined
}

export interface FieldsOptions {
  /** Keys whose values the caller reads itself, item by item. */
  readonly nested?: readonly string[]
  /** Where a key that is not given here is looked up. */
  readonly inherited?: Inherited | null
  /** Keys of the same map that another Fields reads. */
  readonly also?: Shape
  /** Leave unknown keys to that other one. */
  readonly ignoreUnknown?: boolean
  /** What to write instead of something that is no map. */
  readonly example?: string
}

/**
 * A map, read key by key, so that one bad value hides nothing that is wrong with the others. After a bad value its
 * default stands in, for the sake of what reads on; a rule between several keys asks `good` first.
 */
export class Fields<S extends Shape> {
  readonly #values = new Map<string, unknown>()
  readonly #bad = new Set<string>()
  readonly #isMap: boolean

  readonly #shape: Shape
  readonly #options: FieldsOptions

  constructor(
    readonly place: Place,
    shape: S,
    options: FieldsOptions = {},
  ) {
    this.#shape = shape
    this.#options = options
    this.#isMap = place.expect('map', options.example ?? `{${Object.keys(shape)[0]}: …}`)
    const slips = place.entries().map(([key, entry]) => this.#readEntry(key, entry))
    if (this.#isMap) this.#requireKeys(new Set(slips))
  }

  /** The value; the inherited one, or `fallback`, when it is not given here. */
  get<K extends keyof S & string, D = undefined>(key: K, fallback?: D): Value<S, K> | D {
    return (this.lookup(key) ?? fallback) as Value<S, K> | D
  }

  lookup(key: string): unknown {
    return this.own(key) ? this.#values.get(key) : this.#options.inherited?.lookup(key)
  }

  /** Whether none of these keys holds anything wrong. */
  good(...keys: readonly (keyof S & string)[]): boolean {
    return keys.every((key) => this.#goodOne(key))
  }

  /** Where the value stands, here or where it is inherited from; undefined when it is given nowhere. */
  at(key: string): Place | undefined {
    return this.place.entry(key) ?? this.#options.inherited?.at(key)
  }

  /** Where the value stands, else the key of the whole map. */
  spot(key: keyof S & string): Spot {
    return this.at(key) ?? this.place.key
  }

  /** Whether the key is given here itself, right or wrong. */
  own(key: string): boolean {
    return this.place.entry(key) !== undefined
  }

  #goodOne(key: string): boolean {
    if (!this.#isMap || this.#bad.has(key)) return false
    return this.own(key) || (this.#options.inherited?.good(key) ?? true)
  }

  /** Returns the key that was meant, when this one is unknown and close to it. */
  #readEntry(key: string, entry: Place): string | undefined {
    const missing = notBuiltYet(entry.path, plainValue(entry.node))
    const schema = Object.hasOwn(this.#shape, key) ? this.#shape[key] : undefined
    if (missing !== undefined) {
      entry.problems.refuse(schema === undefined ? entry.key : entry, missing, 'Leave it out until a release has it')
      this.#bad.add(key)
    } else if (schema === undefined) {
      return this.#refuseUnknown(key, entry)
    } else if (!this.#options.nested?.includes(key)) {
      const value = entry.parse(schema)
      if (value === undefined) this.#bad.add(key)
      else this.#values.set(key, value)
    }
    return undefined
  }

  #refuseUnknown(key: string, entry: Place): string | undefined {
    if (this.#options.ignoreUnknown || Object.hasOwn(this.#options.also ?? {}, key)) return undefined
    const known = Object.keys({ ...this.#shape, ...this.#options.also })
    const meant = nearest(key, [...known, ...keysNotBuilt(this.place.path)])
    const remedy = meant === undefined ? `Known here: ${known.join(', ')}` : `Did you mean \`${meant}\`?`
    entry.problems.refuse(entry.key, `unknown key \`${key}\``, remedy)
    if (meant !== undefined) this.#bad.add(meant)
    return meant
  }

  #requireKeys(slips: ReadonlySet<string | undefined>): void {
    for (const [key, schema] of Object.entries(this.#shape)) {
      if (schema instanceof z.ZodOptional || slips.has(key) || this.own(key)) continue
      this.place.problems.refuse(
        this.place.key,
        `\`${key}\` is missing`,
        `Add \`${key}\` (${schema.meta()?.description ?? 'it is required'})`,
      )
      this.#bad.add(key)
    }
  }
}
