import { z } from 'zod'

import { name, wholeNumber } from '../scalars.js'

export const bgpShape = {
  type: z.literal('bgp').meta({ description: 'A router has that many established sessions' }),
  router: name('Name of a router'),
  minEstablished: wholeNumber(1, 10_000, 'How many sessions must be established; default 1').optional(),
}
