import { vip4, vip6 } from './two-hosts.js'

export {
  configFile,
  Daemon,
  freeze,
  Host,
  vipcast,
  type LogLine,
  type StatusDocument,
} from '../../../testnet/story/host.js'

/** What every configuration here begins with: the gobgpd of the host, and pools around the VIPs. */
export const edge = `pools: [203.0.113.0/24, "2001:db8:53::/64"]
routers:
  edge: {type: gobgp, address: "127.0.0.1:50051"}
`

/** Checks that decide within a fraction of a second. */
export const quickly = 'interval: 100ms, timeout: 100ms, fall: 1, rise: 1'

/** A web service with both addresses, watched at port 8080, and what is particular to a test. */
export function web(more = 'holdDown: 0s, damping: false, settle: 50ms'): string {
  return `${edge}vips:
  web: {addresses: [${vip4}, "${vip6}"], checks: [{type: tcp, host: 127.0.0.1, port: 8080, ${quickly}}], ${more}}
`
}
