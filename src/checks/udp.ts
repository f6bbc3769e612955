import type { UdpProbe } from '../domain/config.js'
import { collectAnswer, expectationOf } from './answer.js'
import { askByDatagram } from './datagram.js'
import type { Finding, ProbeKind, Prober, ProbeTools } from './probe.js'
import { failed, passed } from './probe.js'

/**
 * Passes when the first datagram that comes back is as expected; without `expect`, when one comes back. A datagram has no
 * connection that could be closed: a service that does not know what to say is silent, and fails by being late.
 *
 * | what happens                  | result                                  |
 * |-------------------------------|-----------------------------------------|
 * | the expected answer           | pass: answered as expected              |
 * | another answer                | fail: answer lacks "pong": "what came"  |
 * | nobody listens                | fail: connection refused                |
 * | no answer in time             | fail: no answer within…                 |
 */
export const udp: ProbeKind<UdpProbe> = {
  target: (probe) => probe.host,
  create: (probe, tools) => createUdpProber(probe, tools),
}

function createUdpProber(probe: UdpProbe, { lookup }: ProbeTools): Prober {
  const endpoint = { host: probe.host, port: probe.port, lookup }
  const datagram = Buffer.from(probe.send)
  const expectation = probe.expect === null ? null : expectationOf(probe.expect)

  const judge = (datagram: Buffer): Finding => {
    if (expectation === null) return passed('answered')
    const answer = collectAnswer(expectation)
    answer.add(datagram.toString())
    return answer.met ? passed('answered as expected') : failed(answer.lacks())
  }

  return {
    probe: (signal) => askByDatagram(endpoint, datagram, judge, () => 'no answer', signal),
    close: () => {},
  }
}
