import type { PingProbe } from '../../../domain/config.js'
import { everyCheckShape } from '../../schema/checks.js'
import { pingShape } from '../../schema/probes/ping.js'
import { Fields } from '../fields.js'
import type { Place } from '../place.js'

export function readPing(place: Place): PingProbe {
  const fields = new Fields(place, pingShape, { also: everyCheckShape })
  return { type: 'ping', host: fields.get('host', '') }
}
