import { z } from 'zod'

import { textWith, Wrong } from '../leaf.js'

/** Names of units (systemd.unit(5)); `@.` stands in a template, of which nothing runs. */
const unitName = /^[A-Za-z0-9:_.\\@-]+\.(service|socket|target|mount|automount|timer|path|slice|scope|swap|device)$/

/** The whole name of a unit, as `systemctl` understands it: a service, when it does not say what. */
function parseUnit(written: string): string | Wrong {
  const whole = /\.[a-z]+$/.test(written) ? written : `${written}.service`
  const filled = whole.replaceAll('${address}', '192.0.2.1')
  if (whole.length > 255 || !unitName.test(filled)) {
    return new Wrong(`\`${written}\` is not a unit`, 'Write its name, such as nginx.service')
  }
  if (!/@\.[a-z]+$|^@/.test(filled)) return whole
  return new Wrong(`\`${written}\` is a template`, 'Write the instance that runs, such as web@1.service')
}

const unit = textWith({ description: 'Name of the unit; without a suffix a service', minLength: 1 }, parseUnit)

export const systemdShape = {
  type: z.literal('systemd').meta({ description: 'The unit is active' }),
  unit,
}
