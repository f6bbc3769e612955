import type { ListenProbe } from '../../../domain/config.js'
import { everyCheckShape } from '../../schema/checks.js'
import { listenShape } from '../../schema/probes/listen.js'
import { Fields } from '../fields.js'
import type { Place } from '../place.js'

export function readListen(place: Place): ListenProbe {
  const fields = new Fields(place, listenShape, { also: everyCheckShape })
  return {
    type: 'listen',
    port: fields.get('port', 0),
    protocol: fields.get('protocol', 'tcp'),
    address: fields.get('address', null),
  }
}
