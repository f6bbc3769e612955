import { Gibberish, type Answer } from './vty/answers.js'

/** A map of FRR's JSON, whose values are read one by one: what a release leaves out is undefined. */
export type JsonMap = Readonly<Record<string, unknown>>

/** What a `show … json` answered. Throws Gibberish. */
export function parseJson({ text }: Answer): JsonMap {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch (error) {
    throw new Gibberish(`no JSON: ${(error as Error).message}`)
  }
  if (!isMap(parsed)) throw new Gibberish('no map in JSON')
  return parsed
}

export function isMap(value: unknown): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The map under a key; an empty one where there is none. */
export function mapAt(from: JsonMap, key: string): JsonMap {
  const value = from[key]
  return isMap(value) ? value : {}
}

/** The maps of the list under a key. */
export function mapsAt(from: JsonMap, key: string): readonly JsonMap[] {
  const value = from[key]
  return Array.isArray(value) ? value.filter(isMap) : []
}

export function textAt(from: JsonMap, key: string): string {
  const value = from[key]
  return typeof value === 'string' ? value : ''
}

/** The texts of the list under a key. */
export function textsAt(from: JsonMap, key: string): readonly string[] {
  const value = from[key]
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
}
