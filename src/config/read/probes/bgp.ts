import type { BgpProbe } from '../../../domain/config.js'
import { everyCheckShape } from '../../schema/checks.js'
import { bgpShape } from '../../schema/probes/bgp.js'
import { Fields } from '../fields.js'
import type { Place } from '../place.js'

export function readBgp(place: Place): BgpProbe {
  const fields = new Fields(place, bgpShape, { also: everyCheckShape })
  return { type: 'bgp', router: fields.get('router', ''), minEstablished: fields.get('minEstablished', 1) }
}
