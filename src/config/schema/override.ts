import { z } from 'zod'

import type { Prefix } from '../../domain/address.js'
import type { RequireCovering } from '../../domain/override-config.js'
import { prefix } from './addresses.js'
import { check } from './checks.js'
import { leaf, shown, Wrong } from './leaf.js'
import { oneOf, someTime } from './scalars.js'

const network = prefix('A network that holds an address of the VIP')

/** All but a list, whose items are read one by one. */
export const requireCoveringWord = leaf<Exclude<RequireCovering, { readonly kind: 'listed' }>>({}, (written) => {
  if (written === true) return { kind: 'specific' }
  if (written === 'default') return { kind: 'default' }
  if (written === false) return { kind: 'none' }
  return new Wrong(`${shown(written)} is not known here`, 'Write true, default, false, or a list: [192.0.2.0/24]')
})

export const coveringNetwork: z.ZodType<Prefix> = network

export const overrideShape = {
  requireCovering: z
    .union([z.boolean(), z.literal('default'), z.array(network)])
    .meta({
      description:
        'Which less specific route must be there to carry the traffic after a fallback. true: one that is learned or connected, and not the default; default: a default route is enough; a list: one of these networks; false: none. Default true',
    })
    .optional(),
  window: someTime('After how long it gives the address back by itself; without it, never').optional(),
  onFailure: oneOf(
    ['latch', 'retry'],
    'After a withdrawal by health: stay back until `vipcast rearm`, or return when it is healthy again; default latch',
  ).optional(),
  production: check
    .meta({ description: 'A check of production by another address: it is shown, and acts on nothing' })
    .optional(),
}
