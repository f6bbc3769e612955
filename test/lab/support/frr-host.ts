import type { NodeProcess } from '../../../testnet/lab/process.js'
import { followRoutes, type RouteEvents } from '../../../testnet/observe/route-events.js'
import { hostRoute, nextHopsOf } from '../../../testnet/observe/routes.js'
import { waitFor } from '../../../testnet/observe/wait.js'
import { openFrrWorld, type FrrWorld } from '../../support/frr-world.js'
import { Host, quickly, type Daemon, type LogLine } from './host.js'
import { vip4, vip6 } from './two-hosts.js'

/** The lab of frr-world.ts with vipcast on `own`, whose BGP follows what the kernel holds, as FRR does unless told otherwise. */
export interface FrrHost {
  readonly world: FrrWorld
  readonly host: Host
  /** Changes of the routes that `edge` has. */
  readonly routes: RouteEvents
  /** Lines inside the BGP instance of the operator. */
  operator(...lines: readonly string[]): Promise<void>
  /** Waits until `edge` has the routes of these VIPs in its kernel, or none of them. */
  upstream(vips: readonly string[], isThere: boolean, daemon: Daemon): Promise<void>
  /** Waits until the reason of one of the routes is this, and the log says it so, in a line after the first `since`. */
  reason(reason: string, daemon: Daemon, options?: { readonly says?: RegExp; readonly since?: number }): Promise<string>
  /** Starts the service, and waits until both addresses are announced, anew, and upstream. */
  serve(daemon: Daemon): Promise<NodeProcess>
  close(): Promise<void>
}

/** In the running bgpd, and in every one that is started later. */
async function followAddresses({ frr, own }: FrrWorld): Promise<void> {
  await own.output(['sed', '-i', '/import-check/d', '/etc/frr/frr.conf'])
  await frr.configure('bgpd', 'router bgp 65001', 'bgp network import-check')
}

export async function startFrrHost(): Promise<FrrHost> {
  const world = await openFrrWorld()
  await followAddresses(world)
  const host = new Host(world.own)
  const operator = (...lines: readonly string[]): Promise<void> =>
    world.frr.configure('bgpd', 'router bgp 65001', ...lines)
  return {
    world,
    host,
    routes: await followRoutes(world.edge),
    operator,
    upstream: (vips, isThere, daemon) => upstream(world, vips, isThere, daemon),
    serve: async (daemon) => {
      const since = daemon.log.length
      const service = await host.startService()
      const announced = (): boolean => {
        const lines = [...latest(daemon, since).values()]
        return lines.length === 2 && lines.every(({ reason }) => reason === 'announced')
      }
      await waitFor(announced, { what: 'both addresses are announced', explain: () => daemon.explain() })
      await upstream(world, [vip4, vip6], true, daemon)
      return service
    },
    reason: (reason, daemon, { says = /^/, since = 0 } = {}) => {
      const look = (): string | undefined =>
        [...latest(daemon, since).values()].find((line) => line.reason === reason && says.test(line.msg))?.msg
      return waitFor(look, { what: `a route is ${reason}, ${says.source}`, explain: () => daemon.explain() })
    },
    close: () => world.close(),
  }
}

async function upstream(world: FrrWorld, vips: readonly string[], isThere: boolean, daemon: Daemon): Promise<void> {
  const settled = async (): Promise<boolean> =>
    (await Promise.all(vips.map((vip) => nextHopsOf(world.edge, vip)))).every(
      (hops) => (hops !== undefined) === isThere,
    )
  const what = `${vips.map(hostRoute).join(', ')} ${isThere ? 'there' : 'gone'} upstream`
  await waitFor(settled, { what, explain: () => daemon.explain() })
}

/** What the log said last of each route, after its first lines. */
function latest({ log }: Daemon, since: number): Map<string, LogLine> {
  const routes = log.slice(since).filter(({ kind }) => kind === 'route')
  return new Map(routes.map((line) => [`${line.address} at ${line.router}`, line]))
}

/** A web service with both addresses, watched at port 8080, and what is particular to a test. */
export function frrWeb(more = ''): string {
  return `pools: [203.0.113.0/24, "2001:db8:53::/64"]
routers: {core: {type: frr, bgp: {asn: 65001}}}
vips:
  web:
    addresses: [${vip4}, "${vip6}"]
    checks: [{type: tcp, host: 127.0.0.1, port: 8080, ${quickly}}]
    holdDown: 0s
    damping: false
    settle: 50ms
    ${more}
`
}
