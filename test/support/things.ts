import { resolve } from 'node:path'

import protobuf from 'protobufjs'
import protojson from 'protobufjs/ext/protojson.js'

/** The .proto file of the demo service that tests call. */
export const thingsProto = resolve('test/fixtures/proto/demo/v1/things.proto')

/** One of its messages, read by protobufjs on its own. */
export async function thingsType(name: 'CountRequest' | 'CountResponse'): Promise<protobuf.Type> {
  const root = new protobuf.Root()
  root.resolvePath = (_, target) => (target.startsWith('/') ? target : resolve('test/fixtures/proto', target))
  return (await root.load(thingsProto)).lookupType(`demo.v1.${name}`)
}

/** Bytes of a message, from protobuf's JSON mapping. */
export function encodeJson(type: protobuf.Type, json: object): Uint8Array {
  return type.encode(protojson.fromJson(type, json)).finish()
}

/** As a server would read a message. */
export function decodeJson(type: protobuf.Type, bytes: Uint8Array): unknown {
  return protojson.toJson(type, type.decode(bytes))
}
