import type { LoadProbe } from '../../../domain/config.js'
import { everyCheckShape } from '../../schema/checks.js'
import { loadShape } from '../../schema/probes/load.js'
import { Fields } from '../fields.js'
import type { Place } from '../place.js'

const limits = ['maxLoad1m', 'minMemoryAvailable', 'maxOpenFiles'] as const

export function readLoad(place: Place): LoadProbe {
  const fields = new Fields(place, loadShape, { also: everyCheckShape })
  if (!limits.some((key) => fields.own(key)))
    place.problems.refuse(place.key, 'this check has no limit', `Add one of: ${limits.join(', ')}`)
  return {
    type: 'load',
    maxLoad1m: fields.get('maxLoad1m', null),
    minMemoryAvailable: fields.get('minMemoryAvailable', null),
    maxOpenFiles: fields.get('maxOpenFiles', null),
  }
}
