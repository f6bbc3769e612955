import { z } from 'zod'

import { anyText, wholeNumber } from '../scalars.js'
import { expectation, host } from './parts.js'

export const udpPort = wholeNumber(1, 65535, 'UDP port')

export const udpShape = {
  type: z.literal('udp').meta({ description: 'A datagram is answered' }),
  host,
  port: udpPort,
  send: anyText('The datagram that is sent; "" is an empty one'),
  expect: expectation('The first datagram that comes back').optional(),
}
