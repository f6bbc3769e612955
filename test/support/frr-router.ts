import { systemClock } from '../../src/platform/clock.js'
import { makeMap, mapName } from '../../src/routers/frr/bgp/route-map.js'
import { FrrTarget } from '../../src/routers/frr/target.js'
import { pools, type RouterWorld } from '../contract/router.contract.js'
import type { Unpacked } from './debian.js'
import { openFrrWorld, type FrrWorld } from './frr-world.js'

/** The lab of frr-world.ts as the contract suite sees it: our target, and somebody else who configures bgpd. */
export interface FrrRouterWorld extends RouterWorld {
  readonly target: FrrTarget
  readonly world: FrrWorld
  /** Another target for the same bgpd. */
  another(): FrrTarget
}

export const asn = 65001

export async function openFrrRouter(release?: Unpacked): Promise<FrrRouterWorld> {
  const world = await openFrrWorld(release)
  const { frr } = world
  const another = (): FrrTarget =>
    new FrrTarget({
      name: 'core',
      sockets: frr.sockets,
      bgp: { asn, vrf: 'default' },
      pools,
      clock: systemClock,
      random: Math.random,
    })
  return {
    target: another(),
    another,
    world,
    // What bears our name is ours: an earlier life's, or of another vipcast.
    add: async (network, med) => {
      const attributes = { bgp: med === undefined ? {} : { med }, ospf: {} }
      const name = mapName(attributes, asn)
      await frr.configure('bgpd', ...makeMap(name, attributes, asn))
      await frr.configure('bgpd', ...inFamily(network), `network ${network} route-map ${name}`)
    },
    lose: (network) => frr.configure('bgpd', ...inFamily(network), `no network ${network}`),
    learn: (network) => world.learn(network),
    forget: (network) => world.forget(network),
    originated: async () => {
      const lines = (await frr.show('bgpd', 'show running-config')).split('\n')
      return lines.flatMap((line) => /^ +network (\S+)/.exec(line)?.[1] ?? []).sort()
    },
    freeze: () => frr.signal('bgpd', 'STOP'),
    thaw: () => frr.signal('bgpd', 'CONT'),
    kill: () => frr.kill('bgpd'),
    start: () => frr.start('bgpd'),
    close: () => world.close(),
  }
}

/** The way to the `network` statements of a family. */
export function inFamily(network: string): string[] {
  return [`router bgp ${asn}`, `address-family ${network.includes(':') ? 'ipv6' : 'ipv4'} unicast`]
}
