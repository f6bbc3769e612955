import { mergeAttributes, type RouteAttributes } from './attributes.js'
import type { VipConfig } from './config.js'

/** GRACEFUL_SHUTDOWN (RFC 8326): neighbors that know it make the route the last choice. */
const gracefulShutdown = 0xffff_0000
const highestMed = 0xffff_ffff
/** One less than LSInfinity, with which a route is unreachable (RFC 2328 appendix B). */
const highestMetric = 0xff_fffe
/** Metrics of links have 16 bits. */
const highestLinkMetric = 0xffff
/** The most that `prepend` takes. */
const longestPrepend = 16

/**
 * Attributes of a VIP that is drained and still announced: the least preferred that every kind of session can say, and over
 * them what the configuration says. What a neighbor must not be sent, fitting leaves out.
 */
export function drainAttributes({ announce, drain }: Pick<VipConfig, 'announce' | 'drain'>): RouteAttributes {
  const { prepend = 0, communities = [] } = announce.bgp
  const least: RouteAttributes = {
    bgp: {
      med: highestMed,
      localPref: 0,
      prepend: Math.min(prepend + 3, longestPrepend),
      communities: [...communities.filter((one) => one !== gracefulShutdown), gracefulShutdown],
    },
    ospf: { metric: announce.ospf.as === 'internal' ? highestLinkMetric : highestMetric },
  }
  return mergeAttributes(mergeAttributes(announce, least), drain.attributes)
}
