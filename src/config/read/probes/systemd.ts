import type { SystemdProbe } from '../../../domain/config.js'
import { everyCheckShape } from '../../schema/checks.js'
import { systemdShape } from '../../schema/probes/systemd.js'
import { Fields } from '../fields.js'
import type { Place } from '../place.js'

export function readSystemd(place: Place): SystemdProbe {
  const fields = new Fields(place, systemdShape, { also: everyCheckShape })
  return { type: 'systemd', unit: fields.get('unit', '') }
}
