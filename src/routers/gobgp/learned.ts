import { fromBinary } from '@bufbuild/protobuf'
import {
  AsPathAttributeSchema,
  MpReachNLRIAttributeSchema,
  NextHopAttributeSchema,
} from '../../gen/gobgp/attributes_pb.js'
import type { Path } from '../../gen/gobgp/messages_pb.js'
import { hostPrefix, parsePrefix, type Address } from '../../domain/address.js'
import type { LearnedRoute, RouteSource } from '../../domain/learned.js'
import { unaryTimeout, type Api } from './api.js'
import { unicast } from './attributes.js'
import type { Generation, Wrapped } from './generation.js'
import { isLocal } from './path.js'

/** What neighbors announce that holds an address, itself included; gobgpd looks up one length after the other. Throws CallFailed. */
export function listLearned(api: Api, address: Address, signal: AbortSignal): Promise<LearnedRoute[]> {
  const doing = `look up what holds ${address.text}`
  return api.call(doing, unaryTimeout, signal, async ({ client, generation }, options) => {
    const prefixes = [{ prefix: hostPrefix(address), type: generation.lookup.shorter }]
    const request = { tableType: generation.table.global, family: unicast[address.family], prefixes }
    const found: LearnedRoute[] = []
    for await (const { destination } of client.listPath(request, options)) {
      const prefix = parsePrefix(destination?.prefix ?? '')
      if (prefix === undefined) continue
      const learned = (destination?.paths ?? []).filter((path) => !isLocal(path) && !path.isNexthopInvalid)
      found.push(...learned.map((path) => ({ prefix, source: sourceOf(generation, path) })))
    }
    return found
  })
}

function sourceOf(generation: Generation, { pattrs, neighborIp }: Path): RouteSource {
  const wrapped = pattrs.flatMap((bytes) => generation.unwrap('attribute', bytes) ?? [])
  const asPath = wrapped.flatMap((one) => asPathIn(one) ?? [])
  const [nextHop = null] = wrapped.flatMap((one) => nextHopIn(one) ?? [])
  return { kind: 'bgp', neighbor: neighborIp, asPath, nextHop }
}

function asPathIn({ name, value }: Wrapped): number[] | undefined {
  if (name !== AsPathAttributeSchema.name) return undefined
  return fromBinary(AsPathAttributeSchema, value).segments.flatMap(({ numbers }) => numbers)
}

function nextHopIn({ name, value }: Wrapped): string | undefined {
  if (name === NextHopAttributeSchema.name) return fromBinary(NextHopAttributeSchema, value).nextHop
  return name === MpReachNLRIAttributeSchema.name
    ? fromBinary(MpReachNLRIAttributeSchema, value).nextHops[0]
    : undefined
}
