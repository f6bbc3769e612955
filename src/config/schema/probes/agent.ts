import { z } from 'zod'

import { host, tcpPort } from './parts.js'

export const agentShape = {
  type: z.literal('agent').meta({ description: "The service's own text agent says that it is well" }),
  host,
  port: tcpPort,
}
