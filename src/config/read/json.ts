import type { Json, JsonObject } from '../../domain/config.js'
import { kindOf } from '../schema/leaf.js'
import { plainValue } from '../yaml/node.js'
import type { Place } from './place.js'

/** Values of one document; a chain of aliases would else grow without bound. */
const most = 10_000

/** A map of any depth, as JSON has it; empty when it is none, which has then been refused. */
export function readJsonMap(place: Place): JsonObject {
  if (!place.expect('map', '{field: value}')) return {}
  return readMap(place, { left: most })
}

function readMap(place: Place, budget: { left: number }): JsonObject {
  return Object.fromEntries(place.entries().map(([key, entry]) => [key, readValue(entry, budget)]))
}

function readValue(place: Place, budget: { left: number }): Json {
  budget.left -= 1
  if (budget.left === 0) place.refuse(`this is more than ${most} values`, 'Ask for less')
  if (budget.left <= 0) return null
  if (place.node.kind === 'map') return readMap(place, budget)
  if (place.node.kind === 'list') return place.items().map((item) => readValue(item, budget))
  return place.refused ? null : readScalar(place)
}

function readScalar(place: Place): Json {
  const value = plainValue(place.node)
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value !== 'number') {
    place.refuse(`must be a text, a number, true, false or null, not ${kindOf(value)}`, 'Put it in quotes')
    return null
  }
  // What JSON has no number for, or what is not any more the number that was written.
  if (Number.isFinite(value) && (Number.isSafeInteger(value) || !Number.isInteger(value))) return value
  place.refuse(`the number ${value} can't be passed on as it is`, 'Put it in quotes')
  return null
}
