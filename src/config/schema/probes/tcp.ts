import { z } from 'zod'

import { anyText } from '../scalars.js'
import { expectation, host, tcpPort } from './parts.js'

export const tcpShape = {
  type: z.literal('tcp').meta({ description: 'A TCP connection is accepted' }),
  host,
  port: tcpPort,
  send: anyText('Sent after connecting').optional(),
  expect: expectation('The answer').optional(),
}
