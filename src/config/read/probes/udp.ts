import type { UdpProbe } from '../../../domain/config.js'
import { everyCheckShape } from '../../schema/checks.js'
import { udpShape } from '../../schema/probes/udp.js'
import { Fields } from '../fields.js'
import type { Place } from '../place.js'

export function readUdp(place: Place): UdpProbe {
  const fields = new Fields(place, udpShape, { also: everyCheckShape })
  return {
    type: 'udp',
    host: fields.get('host', ''),
    port: fields.get('port', 0),
    send: fields.get('send', ''),
    expect: fields.get('expect', null),
  }
}
