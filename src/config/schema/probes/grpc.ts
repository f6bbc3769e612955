import { z } from 'zod'

import { textWith, Wrong } from '../leaf.js'
import { absolutePath, anyText } from '../scalars.js'
import { host, tcpPort } from './parts.js'
import { serverName } from './tls.js'

const method = textWith(
  { description: 'A unary method of `proto`, with its service: demo.v1.Things/Count' },
  (written) =>
    /^([A-Za-z_]\w*\.)*[A-Za-z_]\w*\/[A-Za-z_]\w*$/.test(written)
      ? written
      : new Wrong(`\`${written}\` is not a method`, 'Write it with its service: demo.v1.Things/Count'),
)

const jsonMap = z.record(z.string(), z.unknown())

export const grpcTlsShape = {
  ca: absolutePath('PEM file of the authorities to trust').optional(),
  serverName: serverName.optional(),
}

export const grpcShape = {
  type: z.literal('grpc').meta({ description: 'The standard health service says SERVING, or a unary call succeeds' }),
  host,
  port: tcpPort,
  tls: z
    .union([z.boolean(), z.strictObject(grpcTlsShape)])
    .meta({ description: 'true, or whom to trust and which name to ask for; default false' })
    .optional(),
  service: anyText('Service to ask the standard health service for; default the server as a whole').optional(),
  proto: absolutePath('The .proto file that describes another method to call').optional(),
  method: method.optional(),
  request: jsonMap.meta({ description: "The request, in protobuf's JSON mapping; default {}" }).optional(),
  expect: jsonMap.meta({ description: 'What the answer must have, in the same mapping' }).optional(),
}
