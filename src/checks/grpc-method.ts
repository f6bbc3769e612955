import type { DescMethodUnary } from '@bufbuild/protobuf'
import { create, createFileRegistry, fromBinary, toBinary } from '@bufbuild/protobuf'
import { EmptySchema, file_google_protobuf_empty, FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt'
import type { Type } from 'protobufjs'
import protojson from 'protobufjs/ext/protojson.js'

import type { GrpcMethodCall, JsonObject } from '../domain/config.js'
import type { Clock } from '../platform/clock.js'
import { CallError } from './call-error.js'
import type { GrpcCall } from './grpc-call.js'
import { failed, passed } from './probe.js'
import { expectMessage } from './proto-expect.js'
import type { ProtoMethod } from './proto-file.js'
import { loadMethod } from './proto-file.js'

/**
 * Calls a unary method that a .proto file describes. Rejects, with one sentence, when the file or the call can't be used.
 *
 * protobufjs, which reads such files, makes the request and reads the answer. Connect carries both as messages without
 * fields: to it, all that they hold is unknown, and it passes that on as it is.
 */
export async function methodCall(what: GrpcMethodCall, clock: Clock): Promise<GrpcCall> {
  const method = await loadMethod(what.proto, what.method, clock)
  const request = fromBinary(EmptySchema, method.input.encode(readRequest(what, method.input)).finish())
  const differs = what.expect === null ? null : expectMessage(method.output, what.expect)
  const carrier = carrierOf(method)

  return async (transport) => {
    const { message } = await transport.unary(carrier, undefined, undefined, undefined, request)
    const answer = readAnswer(method.output, toBinary(EmptySchema, message))
    if (answer === null) return failed(`the answer is no ${method.output.fullName.slice(1)}`)
    if (differs === null) return passed('answered')
    const difference = differs(answer)
    return difference === null ? passed('answered as expected') : failed(difference)
  }
}

function readRequest({ method, request }: GrpcMethodCall, input: Type): ReturnType<typeof protojson.fromJson> {
  try {
    return protojson.fromJson(input, request)
  } catch (error) {
    throw new CallError('request', `the request of ${method} does not fit: ${(error as Error).message}`, {
      cause: error,
    })
  }
}

/** Null for bytes that are no such message. */
function readAnswer(output: Type, bytes: Uint8Array): JsonObject | null {
  try {
    return protojson.toJson(output, output.decode(bytes)) as JsonObject
  } catch {
    return null
  }
}

/** The method as Connect has to know it: its place, and messages without fields. */
function carrierOf({ service, name }: ProtoMethod): DescMethodUnary<typeof EmptySchema, typeof EmptySchema> {
  const dot = service.lastIndexOf('.')
  const empty = '.google.protobuf.Empty'
  const file = create(FileDescriptorProtoSchema, {
    name: 'carrier.proto',
    package: service.slice(0, Math.max(dot, 0)),
    dependency: [file_google_protobuf_empty.proto.name],
    service: [{ name: service.slice(dot + 1), method: [{ name, inputType: empty, outputType: empty }] }],
  })
  const registry = createFileRegistry(file, () => file_google_protobuf_empty)
  const method = registry.getService(service)?.methods[0]
  if (method?.methodKind !== 'unary') throw new CallError('method', `${service}/${name} can not be called`)
  return method as DescMethodUnary<typeof EmptySchema, typeof EmptySchema>
}
