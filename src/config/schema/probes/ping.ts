import { z } from 'zod'

import { host } from './parts.js'

export const pingShape = {
  type: z.literal('ping').meta({ description: 'An echo reply comes in time' }),
  host,
}
