import type { GrpcProbe, JsonObject } from '../../../domain/config.js'
import { everyCheckShape } from '../../schema/checks.js'
import { grpcShape, grpcTlsShape } from '../../schema/probes/grpc.js'
import { Fields } from '../fields.js'
import { readJsonMap } from '../json.js'
import type { Place } from '../place.js'

type GrpcFields = Fields<typeof grpcShape>

export function readGrpc(place: Place): GrpcProbe {
  const fields = new Fields(place, grpcShape, { also: everyCheckShape, nested: ['tls', 'request', 'expect'] })
  return {
    type: 'grpc',
    host: fields.get('host', ''),
    port: fields.get('port', 0),
    tls: readTls(fields.at('tls')),
    call: readCall(fields),
  }
}

function readTls(place: Place | undefined): GrpcProbe['tls'] {
  if (place === undefined || place.is(false)) return null
  if (place.is(true)) return { ca: null, serverName: null }
  const fields = new Fields(place, grpcTlsShape, { example: 'true, or {ca: /etc/vipcast/ca.pem}' })
  return { ca: fields.get('ca', null), serverName: fields.get('serverName', null) }
}

/** Any key of a method says that one is meant; then `proto` and `method` are both needed. */
function readCall(fields: GrpcFields): GrpcProbe['call'] {
  if (!(['proto', 'method', 'request', 'expect'] as const).some((key) => fields.own(key))) {
    return { kind: 'health', service: fields.get('service', '') }
  }
  fields
    .at('service')
    ?.refuse('`service` is for the standard health service alone', 'Remove it, or `proto` and what belongs to it')
  for (const key of ['proto', 'method'] as const) {
    if (fields.own(key)) continue
    fields.place.problems.refuse(
      fields.place.key,
      `\`${key}\` is missing`,
      `Add \`${key}\`: a check of a method needs its file and its name`,
    )
  }
  return {
    kind: 'method',
    proto: fields.get('proto', ''),
    method: fields.get('method', ''),
    request: readMap(fields.at('request')) ?? {},
    expect: readMap(fields.at('expect')),
  }
}

function readMap(place: Place | undefined): JsonObject | null {
  return place === undefined ? null : readJsonMap(place)
}
