import type { RouteAttributes } from '../../src/domain/attributes.js'
import type { Config, VipConfig } from '../../src/domain/config.js'
import { checkOf, configOf, pool, routerOf, vipOf } from '../support/sample-config.js'
import type { Random } from './random.js'

/** What a simulated daemon may be configured with. */

export const pools = [pool('203.0.113.0/24'), pool('2001:db8:53::/48')]
export const interfaces = ['lo', 'eth0', 'dum0'] as const
export const routerNames = ['r1', 'r2'] as const
/** The router of type kernel: binding announces there. */
export const kernelRouter = 'any'

/** Milliseconds. */
export const settle = 300
export const holdDown = 400
export const resync = 5_000
export const adoptFor = 2_000
export const stopTimeout = 4_000
export const deadMan = 6_000

/** On the host before the daemon, inside the pools and outside, one of them an address of a VIP. */
export const hostAddresses = [
  ['lo', '127.0.0.1'],
  ['eth0', '192.0.2.10'],
  ['eth0', '203.0.113.200'],
  ['lo', '203.0.113.4'],
  ['eth0', '203.0.113.6'],
] as const

const addresses: Readonly<Record<string, readonly string[]>> = {
  alone: ['203.0.113.1'],
  pair: ['203.0.113.2', '2001:db8:53::2'],
  six: ['2001:db8:53::3'],
  found: ['203.0.113.4'],
  plain: ['203.0.113.5'],
  elsewhere: ['203.0.113.6'],
}

export const vipAddresses = Object.values(addresses).flat()
/** Put into a router by an earlier life, it seems: no VIP has it. */
export const leftover = '203.0.113.77'
export const routeAddresses = [...vipAddresses, leftover]

/** A configuration: some of the VIPs, each as it happens to be. */
export function anyConfig(random: Random): Config {
  const daemons = random.chance(0.8) ? [...routerNames] : [random.pick(routerNames)]
  const routers = random.chance(0.5) ? [...daemons, kernelRouter] : daemons
  const names = random.some(Object.keys(addresses), 0.8)
  return configOf(
    names.map((name) => anyVip(name, routers, random)),
    {
      pools,
      routers: routers.map((name) => (name === kernelRouter ? { type: 'kernel', name } : routerOf(name))),
      lifecycle: { onStop: 'withdraw', onCrash: 'withdraw', deadMan, stopTimeout, resync, adoptFor },
    },
  )
}

/** `config` with a few changes. */
export function changedConfig(config: Config, random: Random): Config {
  const routers = random.chance(0.7) ? config.routers : anyConfig(random).routers
  const names = routers.map(({ name }) => name)
  const kept = random
    .some(config.vips, 0.8)
    .map((vip) => ({ ...vip, routers: vip.routers.filter((name) => names.includes(name)) }))
    .filter((vip) => vip.routers.length > 0)
  const added = random
    .some(Object.keys(addresses), 0.4)
    .filter((name) => kept.every((vip) => vip.name !== name))
    .map((name) => anyVip(name, names, random))
  const changed = kept.map((vip) => (random.chance(0.2) ? anyVip(vip.name, names, random) : vip))
  return { ...config, routers, vips: [...changed, ...added] }
}

function anyVip(name: string, routers: readonly string[], random: Random): VipConfig {
  const some = random.some(routers, 0.7)
  const own = some.length > 0 ? some : [random.pick(routers)]
  const checks = [checkOf({ name: 'service' }), checkOf({ name: 'load', impact: 'degrade' })]
  return vipOf(name, addresses[name] ?? [], {
    routers: own,
    interface: random.weighted({ lo: 6, eth0: 1, dum0: 1 }),
    bind: own.includes(kernelRouter) ? 'announced' : random.pick(['always', 'announced']),
    checks: random.weighted({ none: 1, one: 3, two: 2 }) === 'none' ? [] : checks.slice(0, random.pick([1, 2])),
    holdDown,
    damping: { window: 10_000, factor: 2, max: 3_000 },
    settle,
    announce: med(random.pick([100, 110])),
    whenDegraded: med(500),
    whenDown: random.chance(0.2) ? { kind: 'announce', attributes: med(900) } : { kind: 'withdraw' },
  })
}

function med(value: number): RouteAttributes {
  return { bgp: { med: value }, ospf: {} }
}
