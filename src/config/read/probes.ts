import type { Probe } from '../../domain/config.js'
import type { CheckType } from '../schema/checks.js'
import type { Place } from './place.js'
import { readAgent } from './probes/agent.js'
import { readBgp } from './probes/bgp.js'
import { readFileCheck } from './probes/file.js'
import { readHttp } from './probes/http.js'
import { readListen } from './probes/listen.js'
import { readLoad } from './probes/load.js'
import { readSystemd } from './probes/systemd.js'
import { readTcp } from './probes/tcp.js'
import { readTls } from './probes/tls.js'
import { readUdp } from './probes/udp.js'
import { readDns } from './probes/dns.js'
import { readGrpc } from './probes/grpc.js'
import { readExec } from './probes/exec.js'
import { readPing } from './probes/ping.js'

/** Reads what a check has of its own, by its type. */
export const probeReaders: Readonly<Record<CheckType, (place: Place) => Probe>> = {
  tcp: readTcp,
  http: readHttp,
  tls: readTls,
  udp: readUdp,
  dns: readDns,
  grpc: readGrpc,
  file: readFileCheck,
  listen: readListen,
  systemd: readSystemd,
  bgp: readBgp,
  load: readLoad,
  agent: readAgent,
  exec: readExec,
  ping: readPing,
}
