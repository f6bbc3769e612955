import type { Probe } from '../domain/config.js'
import { agent } from './agent.js'
import { file } from './file.js'
import { bgp } from './bgp.js'
import { http } from './http.js'
import { listen } from './listen.js'
import { load } from './load.js'
import type { Prober, ProbeKind, ProbeKinds, ProbeTiming, ProbeTools } from './probe.js'
import { systemd } from './systemd.js'
import { tcp } from './tcp.js'
import { tls } from './tls.js'
import { udp } from './udp.js'
import { dns } from './dns.js'
import { grpc } from './grpc.js'
import { exec } from './exec.js'
import { ping } from './ping.js'

/** Every kind of check. */
export const probeKinds: ProbeKinds = {
  tcp,
  http,
  tls,
  udp,
  dns,
  grpc,
  file,
  listen,
  systemd,
  bgp,
  load,
  agent,
  exec,
  ping,
}

/** The host that a probe is aimed at, as written; null when it is aimed at none. */
export function probeTarget(kinds: ProbeKinds, probe: Probe): string | null {
  return kindOf(kinds, probe).target(probe)
}

export function createProber(kinds: ProbeKinds, probe: Probe, tools: ProbeTools, timing: ProbeTiming): Prober {
  return kindOf(kinds, probe).create(probe, tools, timing)
}

/** The compiler can't see that a probe and its type's line in the table go together; the table's own type says so. */
function kindOf(kinds: ProbeKinds, probe: Probe): ProbeKind<Probe> {
  return kinds[probe.type] as unknown as ProbeKind<Probe>
}
