import type { TcpProbe } from '../../../domain/config.js'
import { everyCheckShape } from '../../schema/checks.js'
import { tcpShape } from '../../schema/probes/tcp.js'
import { Fields } from '../fields.js'
import type { Place } from '../place.js'

export function readTcp(place: Place): TcpProbe {
  const fields = new Fields(place, tcpShape, { also: everyCheckShape })
  return {
    type: 'tcp',
    host: fields.get('host', ''),
    port: fields.get('port', 0),
    send: fields.get('send', null),
    expect: fields.get('expect', null),
  }
}
