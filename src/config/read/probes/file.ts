import type { FileProbe } from '../../../domain/config.js'
import { everyCheckShape } from '../../schema/checks.js'
import { fileCheckShape } from '../../schema/probes/file.js'
import { Fields } from '../fields.js'
import type { Place } from '../place.js'

export function readFileCheck(place: Place): FileProbe {
  const fields = new Fields(place, fileCheckShape, { also: everyCheckShape })
  const state = fields.get('state', 'present')
  if (state === 'absent') {
    for (const key of ['maxAge', 'contains'] as const)
      fields
        .at(key)
        ?.refuse('a file that must not be there has no age and says nothing', 'Remove it, or `state: absent`')
  }
  return {
    type: 'file',
    path: fields.get('path', ''),
    state,
    maxAge: fields.get('maxAge', null),
    contains: fields.get('contains', null),
  }
}
