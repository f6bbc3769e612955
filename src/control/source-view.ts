import type { MessageInitShape } from '@bufbuild/protobuf'
import type { SourcesStatus } from '../domain/snapshot.js'
import type { GetSourcesResponseSchema } from '../gen/vipcast/v1/viewer_pb.js'

/** Source addresses as the API shows them. */
export function viewSources({
  enabled,
  groups,
  kept,
  error,
}: SourcesStatus): MessageInitShape<typeof GetSourcesResponseSchema> {
  return {
    enabled,
    groups: groups.map(({ vip, addresses, interfaces }) => ({
      vip,
      addresses: addresses.map(({ address, state }) => ({ address: address.text, state })),
      interfaces: interfaces.map(({ name, enabled, routes }) => ({ name, enabled, routes })),
    })),
    kept: kept.map(({ route: { family, destination, path }, why }) => ({ family, destination, path, why })),
    error: error ?? undefined,
  }
}
