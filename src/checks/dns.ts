import type { DnsProbe } from '../domain/config.js'
import { lazyProber } from './lazy-prober.js'
import type { ProbeKind } from './probe.js'

/**
 * Passes when the server answers the question with the code that is expected, and for NOERROR with a record of the asked
 * type, or with one that is what `expect` says. Over UDP it waits on while others answer, or the server answers
 * something else; a truncated answer is asked for again over TCP.
 *
 * | what happens                           | result                                                          |
 * |----------------------------------------|-----------------------------------------------------------------|
 * | a record of the asked type             | pass: NOERROR: 192.0.2.1 and 2 more                             |
 * | a record as expected                   | pass: answered as expected                                      |
 * | another expected code                  | pass: NXDOMAIN                                                  |
 * | another code                           | fail: SERVFAIL, expected NOERROR                                |
 * | no record of the type, or no such one  | fail: NOERROR, but no A record; no record is "192.0.2.1": …     |
 * | nobody listens; reset                  | fail: connection refused; connection reset                      |
 * | no DNS; cut off; closed                | fail: the answer is not DNS; … was cut off; closed without …    |
 * | more than 8 KiB                        | fail: the answer is longer than 8 KiB                           |
 * | late                                   | fail: no answer, no answer but to other questions, no connection, connected, but no answer, only a part of … within… |
 */
export const dns: ProbeKind<DnsProbe> = {
  target: (probe) => probe.host,
  create: (probe, tools) => lazyProber(async () => (await import('./dns-prober.js')).createDnsProber(probe, tools)),
}
