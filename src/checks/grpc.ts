import type { GrpcProbe } from '../domain/config.js'
import { lazyProber } from './lazy-prober.js'
import type { ProbeKind } from './probe.js'

/**
 * Passes when gRPC's standard health service says SERVING, or when a call of another unary method succeeds and its answer
 * has what `expect` says. Each probe makes a connection of its own, as a new client does.
 *
 * | what happens                            | result                                                              |
 * |-----------------------------------------|---------------------------------------------------------------------|
 * | the service is well                     | pass: SERVING; answered as expected                                 |
 * | it is not                               | fail: NOT_SERVING; service "x" is not known there                   |
 * | the call fails                          | fail: UNAVAILABLE: its own message                                  |
 * | another answer                          | fail: answer has queue.length 7, expected 0                         |
 * | nobody listens; reset; closed           | fail: connection refused; connection reset; closed without an answer |
 * | no HTTP/2; no gRPC; another message     | fail: the answer is not HTTP/2; … not gRPC; … no demo.v1.Status     |
 * | more than 256 KiB                       | fail: the answer is longer than 256 KiB                             |
 * | a certificate that is not good          | fail: certificate expired; certificate is not for …                 |
 * | late                                    | fail: no connection, connected, but no … within…                    |
 * | the .proto, or the call, is not usable  | unknown: what is wrong with it                                      |
 */
export const grpc: ProbeKind<GrpcProbe> = {
  target: (probe) => probe.host,
  create: (probe, tools) => lazyProber(async () => (await import('./grpc-prober.js')).createGrpcProber(probe, tools)),
}
