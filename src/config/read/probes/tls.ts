import type { TlsProbe } from '../../../domain/config.js'
import { everyCheckShape } from '../../schema/checks.js'
import { tlsShape } from '../../schema/probes/tls.js'
import { Fields } from '../fields.js'
import type { Place } from '../place.js'

export function readTls(place: Place): TlsProbe {
  const fields = new Fields(place, tlsShape, { also: everyCheckShape })
  return {
    type: 'tls',
    host: fields.get('host', ''),
    port: fields.get('port', 0),
    serverName: fields.get('serverName', null),
    ca: fields.get('ca', null),
    minDaysLeft: fields.get('minDaysLeft', 0),
  }
}
