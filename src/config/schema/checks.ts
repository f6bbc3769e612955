import { z } from 'zod'

import { agentShape } from './probes/agent.js'
import { bgpShape } from './probes/bgp.js'
import { fileCheckShape } from './probes/file.js'
import { httpShape } from './probes/http.js'
import { listenShape } from './probes/listen.js'
import { loadShape } from './probes/load.js'
import { systemdShape } from './probes/systemd.js'
import { tcpShape } from './probes/tcp.js'
import { tlsShape } from './probes/tls.js'
import { udpShape } from './probes/udp.js'
import { dnsShape } from './probes/dns.js'
import { grpcShape } from './probes/grpc.js'
import { execShape } from './probes/exec.js'
import { pingShape } from './probes/ping.js'
import { flag, name, oneOf, someTime, wholeNumber } from './scalars.js'

/** Keys that every check has, and `defaults.check` too. */
export const commonShape = {
  interval: someTime('From the start of one probe to the start of the next; default 1s').optional(),
  fastInterval: someTime('The interval while the state is changing; default interval/4, at least 50ms').optional(),
  timeout: someTime('How long an answer may take; default 500ms, or interval if that is less').optional(),
  rise: wholeNumber(1, 1000, 'Passes in a row that make it passing; default 3').optional(),
  fall: wholeNumber(1, 1000, 'Failures in a row that make it failing; default 2').optional(),
  impact: oneOf(
    ['withdraw', 'degrade', 'none'],
    'What a failure does to the VIP; none: it is shown, not acted upon. Default withdraw',
  ).optional(),
  tripwire: flag(
    'Whether the end of its listening socket triggers a probe at once; default true, where that can work',
  ).optional(),
}

/** What a check has besides the keys of its kind. */
export const everyCheckShape = {
  ...commonShape,
  name: name('Unique in its VIP; default the type').optional(),
}

/** The kinds of checks: the keys that each has of its own, by its type. */
export const checkShapes = {
  tcp: tcpShape,
  http: httpShape,
  tls: tlsShape,
  udp: udpShape,
  dns: dnsShape,
  grpc: grpcShape,
  file: fileCheckShape,
  listen: listenShape,
  systemd: systemdShape,
  bgp: bgpShape,
  load: loadShape,
  agent: agentShape,
  exec: execShape,
  ping: pingShape,
}

export type CheckType = keyof typeof checkShapes

const variants = Object.values(checkShapes).map((shape) => z.strictObject({ ...shape, ...everyCheckShape }))

export const check = z.discriminatedUnion('type', variants as [(typeof variants)[number], ...typeof variants])
