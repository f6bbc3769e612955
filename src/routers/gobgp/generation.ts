import { toBinary, type DescMessage, type MessageShape } from '@bufbuild/protobuf'
import type { GenMessage } from '@bufbuild/protobuf/codegenv2'
import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import { GobgpApi } from '../../gen/gobgp/service3_pb.js'
import { GoBgpService } from '../../gen/gobgp/service4_pb.js'

/** What stands in a place of the API that takes one of several messages. */
export type OneOf = 'nlri' | 'attribute' | 'capability'

/** A message in such a place: its name and its bytes, not decoded yet. */
export interface Wrapped {
  readonly name: string
  readonly value: Uint8Array
}

/** One generation of GoBGP's API: everything in which it differs from the other. */
export interface Generation {
  /** Releases that speak it, for people. */
  readonly release: '3.x' | '4.x'
  /** Both services have the same methods and messages; only their names differ. */
  readonly service: typeof GobgpApi | typeof GoBgpService
  readonly table: { readonly global: number; readonly adjOut: number }
  /** How a lookup takes a prefix: itself alone, with everything inside, or with everything around it. */
  readonly lookup: { readonly exact: number; readonly longer: number; readonly shorter: number }
  /** Filters of WatchEvent: changes of best paths; what neighbors sent, after the import policy. */
  readonly filter: { readonly bestPaths: number; readonly accepted: number }
  wrap(name: string, value: Uint8Array): Uint8Array
  /** Undefined: a message that this program has no use for. */
  unwrap(of: OneOf, bytes: Uint8Array): Wrapped | undefined
}

/** Up to 3.x: package apipb; enumerations count from 0; google.protobuf.Any. */
export const generation3: Generation = {
  release: '3.x',
  service: GobgpApi,
  table: { global: 0, adjOut: 3 },
  lookup: { exact: 0, longer: 1, shorter: 2 },
  filter: { bestPaths: 0, accepted: 2 },
  // Any by hand, its type_url field 1 and its value field 2: several for each of ten thousand routes.
  wrap: (name, value) => {
    const writer = new BinaryWriter().tag(1, WireType.LengthDelimited).string(anyPrefix + name)
    // Proto3 leaves an empty value out.
    if (value.length > 0) writer.tag(2, WireType.LengthDelimited).bytes(value)
    return writer.finish()
  },
  unwrap: (_of, bytes) => {
    const reader = new BinaryReader(bytes)
    let name: string | undefined
    let value = empty
    while (reader.pos < reader.len) {
      const [field, wireType] = reader.tag()
      if (field === 1) name = messageName(reader.string())
      else if (field === 2) value = reader.bytes()
      else reader.skip(wireType)
    }
    return name === undefined ? undefined : { name, value }
  },
}

/** From 4.0: package api; enumerations count from 1; a message that is one oneof. */
export const generation4: Generation = {
  release: '4.x',
  service: GoBgpService,
  table: { global: 1, adjOut: 4 },
  lookup: { exact: 1, longer: 2, shorter: 3 },
  filter: { bestPaths: 1, accepted: 3 },
  wrap: (name, value) => {
    const field = Object.values(oneOfFields).flatMap((fields) => fields[name] ?? [])[0]
    if (field === undefined) throw new Error(`no field of GoBGP's API carries ${name}`)
    return new BinaryWriter().tag(field, WireType.LengthDelimited).bytes(value).finish()
  },
  unwrap: (of, bytes) => {
    if (bytes.length === 0) return undefined
    const reader = new BinaryReader(bytes)
    const [field, wireType] = reader.tag()
    if (wireType !== WireType.LengthDelimited) return undefined
    const name = oneOfNames[of].get(field)
    return name === undefined ? undefined : { name, value: reader.bytes() }
  },
}

/** Packs a message into the form of the generation. */
export function pack<D extends GenMessage<MessageShape<DescMessage>>>(
  generation: Generation,
  schema: D,
  message: MessageShape<D>,
): Uint8Array {
  return generation.wrap(schema.name, toBinary(schema, message))
}

const anyPrefix = 'type.googleapis.com/apipb.'
const empty: Uint8Array = new Uint8Array()

function messageName(typeUrl: string): string | undefined {
  return typeUrl.startsWith(anyPrefix) ? typeUrl.slice(anyPrefix.length) : undefined
}

const oneOfFields: Record<OneOf, Readonly<Record<string, number>>> = {
  nlri: { IPAddressPrefix: 1 },
  attribute: {
    OriginAttribute: 2,
    AsPathAttribute: 3,
    NextHopAttribute: 4,
    MultiExitDiscAttribute: 5,
    LocalPrefAttribute: 6,
    CommunitiesAttribute: 9,
    MpReachNLRIAttribute: 12,
    LargeCommunitiesAttribute: 21,
  },
  capability: { MultiProtocolCapability: 2, ExtendedNexthopCapability: 5 },
}

const oneOfNames: Record<OneOf, ReadonlyMap<number, string>> = {
  nlri: namesByField('nlri'),
  attribute: namesByField('attribute'),
  capability: namesByField('capability'),
}

function namesByField(of: OneOf): ReadonlyMap<number, string> {
  return new Map(Object.entries(oneOfFields[of]).map(([name, field]) => [field, name]))
}
