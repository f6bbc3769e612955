import type { FrrGrpcConfig, RouterConfig } from '../../domain/config.js'
import type { ReadFile } from '../read/file.js'
import type { Place } from '../read/place.js'
import type { ReadRouter } from '../read/routers.js'

/** What routers can't be beside each other, and beside the VIPs. */
export function routerRules(file: ReadFile): void {
  describedOnce(file)
  const vips = new Map(file.vips.flatMap(({ config }) => config.addresses.map(({ text }) => [text, config.name])))
  for (const router of file.routers) standsOnNoVip(router, vips)
}

/** Two routers that are one: both would write its table, and each would undo the other's routes. */
function describedOnce({ routers }: ReadFile): void {
  const seen = new Map<string, string>()
  for (const { name, place, config, good } of routers) {
    if (config === null || !good) continue
    for (const endpoint of endpointsOf(config)) {
      const before = seen.get(endpoint)
      seen.set(endpoint, before ?? name)
      if (before === undefined) continue
      const at = place.entry('address') ?? place
      at.refuse(`the router \`${before}\` is at ${endpoint} already`, 'Describe each router once')
    }
  }
}

function endpointsOf(router: RouterConfig): string[] {
  if (router.type === 'kernel') return ['the kernel of this host']
  if (router.type === 'frr') {
    const { sockets, bgp, ospf } = router
    return [...(bgp === null ? [] : [`${sockets}, VRF ${bgp.vrf}`]), ...(ospf === null ? [] : [`${sockets}, OSPF`])]
  }
  if (router.type === 'frr-grpc') return [listenerText(router.endpoint)]
  const { connection } = router
  return connection.kind === 'managed' ? [] : [listenerText(connection)]
}

function listenerText(endpoint: FrrGrpcConfig['endpoint']): string {
  return endpoint.kind === 'unix' ? endpoint.path : `${endpoint.host}:${endpoint.port}`
}

/** A VIP comes and goes: a session from or to one, or a next hop that is one, would go with it. */
function standsOnNoVip({ config, place }: ReadRouter, vips: ReadonlyMap<string, string>): void {
  const refuse = (address: string | undefined, at: Place | undefined): void => {
    const vip = vips.get(address ?? '')
    if (vip === undefined) return
    at?.refuse(`${address} is an address of the VIP \`${vip}\`, which comes and goes`, 'Write an address that stays')
  }
  if (config?.type !== 'gobgp') return
  const nextHop = place.entry('nextHop')
  refuse(config.nextHop.ipv4?.text, nextHop?.entry('ipv4'))
  refuse(config.nextHop.ipv6?.text, nextHop?.entry('ipv6'))
  if (config.connection.kind !== 'managed') return
  const items = place.entry('managed')?.entry('neighbors')?.items() ?? []
  config.connection.speaker.neighbors.forEach(({ peer, localAddress }, index) => {
    refuse(localAddress?.text, items[index]?.entry('localAddress'))
    if (peer.kind === 'address') refuse(peer.address.text, items[index]?.entry('address'))
  })
}
