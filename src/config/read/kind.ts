import { nearest } from '../nearest.js'
import { notBuiltYet, valuesNotBuilt } from '../not-built.js'
import { shown } from '../schema/leaf.js'
import { plainValue } from '../yaml/node.js'
import type { Place } from './place.js'

/** The `type` of a map, when it is one of those known; undefined when it is not, which has then been refused. */
export function readKind<K extends string>(place: Place, kinds: Readonly<Record<K, unknown>>): K | undefined {
  const known = Object.keys(kinds) as K[]
  const type = place.entry('type')
  if (type === undefined) {
    place.problems.refuse(place.key, '`type` is missing', `Add \`type\`: ${known.join(', ')}`)
    return undefined
  }
  if (type.refused) return undefined
  const written = plainValue(type.node)
  const kind = known.find((kind) => kind === written)
  if (kind !== undefined) return kind
  const missing = notBuiltYet(type.path, written)
  const meant = nearest(String(written), [...known, ...valuesNotBuilt(type.path)])
  if (missing !== undefined) type.refuse(missing, `This release has ${known.join(', ')}`)
  else
    type.refuse(
      `${shown(written)} is not a type`,
      meant === undefined
        ? `Write ${known.length > 1 ? 'one of: ' : ''}${known.join(', ')}`
        : `Did you mean \`${meant}\`?`,
    )
  return undefined
}
