/** An object of which nothing is known. */
export type Json = Readonly<Record<string, unknown>>

/** What is no object counts as an empty one. */
export function record(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {}
}

/** The objects of a list; of what is no list, none. */
export function items(value: unknown): Json[] {
  return Array.isArray(value) ? value.map(record) : []
}
