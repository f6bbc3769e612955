import { create } from '@bufbuild/protobuf'
import type { Transport } from '@connectrpc/connect'
import { Code } from '@connectrpc/connect'

import {
  Health,
  HealthCheckRequestSchema,
  HealthCheckResponse_ServingStatus as Status,
} from '../gen/grpc-health/health_pb.js'
import type { GrpcCall } from './grpc-call.js'
import { statusOf } from './grpc-failure.js'
import type { Finding } from './probe.js'
import { failed, passed } from './probe.js'

/** Asks gRPC's standard health service for one service; the empty name is the server as a whole. */
export function healthCall(service: string): GrpcCall {
  const request = create(HealthCheckRequestSchema, { service })

  return async (transport: Transport): Promise<Finding> => {
    try {
      const { message } = await transport.unary(Health.method.check, undefined, undefined, undefined, request)
      if (message.status === Status.SERVING) return passed('SERVING')
      return failed(Status[message.status] ?? `status ${message.status}, which the health protocol does not know`)
    } catch (error) {
      const status = statusOf(error)
      if (status === Code.NotFound) return failed(`service ${JSON.stringify(service)} is not known there`)
      if (status === Code.Unimplemented) return failed('the server has no standard health service')
      throw error
    }
  }
}
