import type { MessageInitShape } from '@bufbuild/protobuf'
import type { FittedAttributes, LargeCommunity } from '../domain/attributes.js'
import { communityText } from '../domain/community.js'
import type { AttributesSchema } from '../gen/vipcast/v1/status_pb.js'

export function viewAttributes({ bgp, ospf, nextHop }: FittedAttributes): MessageInitShape<typeof AttributesSchema> {
  return {
    bgp: {
      med: bgp.med,
      localPref: bgp.localPref,
      communities: (bgp.communities ?? []).map(communityText),
      largeCommunities: (bgp.largeCommunities ?? []).map(largeCommunityText),
      prepend: bgp.prepend,
    },
    ospf: { as: ospf.as, metric: ospf.metric, metricType: ospf.metricType },
    nextHop: nextHop?.text,
  }
}

function largeCommunityText({ globalAdmin, localData1, localData2 }: LargeCommunity): string {
  return `${globalAdmin}:${localData1}:${localData2}`
}
