import { Frr } from '../lab/frr.js'
import { wallClock } from '../observe/clock.js'
import { kernelRoutes } from '../observe/routes.js'
import type { Step } from '../story/step.js'
import { defineStory } from '../story/story.js'
import { whileItFails } from './multi-homed-failure.js'
import {
  bothWays,
  configuration,
  openWorld,
  pathsOf,
  shopVips,
  urlsOf,
  waysOut,
  type MultiHomedWorld,
} from './multi-homed-world.js'

const announce: Step<MultiHomedWorld> = {
  title: 'every VIP has two paths',
  mayLose: 0,
  play: async (world) => {
    const { servers, traffic, lab } = world
    const at = wallClock()
    await Promise.all(servers.map((server) => server.host.startDaemon(configuration(server))))
    const vips = servers.flatMap(({ shop, blog }) => [...shop.vips, ...blog.vips])
    const routeAt = await pathsOf(world, vips, 2, at)
    await traffic.start(
      lab.node('client'),
      servers.flatMap(({ shop }) => urlsOf(shop)),
    )
    const saw = `${vips.length} VIPs of three servers, each by r1 and by r2`
    return { did: 'started vipcast on the three servers', at, routeAt, ok: true, saw }
  },
}

const oneOfTwo: Step<MultiHomedWorld> = {
  title: 'one customer\u2019s web server dies, and its VIPs alone go',
  mayLose: 0,
  play: async (world) => {
    const { servers, lab } = world
    const at = wallClock()
    for (const { running } of servers) running.blog?.kill('SIGKILL')
    const gone = servers.flatMap(({ blog }) => blog.vips)
    const routeAt = await pathsOf(world, gone, 0, at)
    const left = await kernelRoutes(lab.node('far'))
    const kept = left.filter(({ prefix }) => /^(203\.0\.113\.|2001:db8:53:)/.test(prefix))
    const ok = kept.length === shopVips(world).length && kept.every(({ nextHops }) => nextHops.length === 2)
    const saw = 'the VIPs of the other customer have their two paths still'
    return { did: 'killed one of the two web servers on each of the three', at, routeAt, ok, saw }
  },
}

const planned: Step<MultiHomedWorld> = {
  title: 'a router is taken out of service, and nobody notices',
  long: true,
  mayLose: 0,
  play: (world) =>
    whileItFails(world, {
      did: 'let r1 ask everybody to use r2, then switched it off',
      breaks: [],
      patience: 2_000,
      cut: async (world) => {
        const at = wallClock()
        await askForR2(world, true)
        await leadBy(world, ['r2'])
        await pathsOf(world, shopVips(world), 1, at)
        await waysOut(world, 1)
        await die(world)
      },
      mend: async (world) => {
        await live(world)
        await askForR2(world, false)
        // Not before r1 has a way out itself, from which the others learn theirs.
        const learning = world.servers.filter(({ name }) => name !== 'gobgp')
        await waysOut({ lab: world.lab, servers: learning }, 2)
        await leadBy(world, ['r1', 'r2'])
        await bothWays(world)
      },
    }),
}

const linkRetired: Step<MultiHomedWorld> = {
  title: 'a link is taken out of service, and connections go on',
  long: true,
  mayLose: null,
  play: (world) =>
    whileItFails(world, {
      did: 'ended what each server speaks over eth1, then took eth1 down',
      breaks: [],
      patience: 2_000,
      cut: async (world) => {
        const at = wallClock()
        await leadBy(world, ['r2'])
        await speakOverEth1(world, false)
        await pathsOf(world, shopVips(world), 1, at)
        await waysOut(world, 1)
        await nics(world, 'down')
      },
      mend: async (world) => {
        await nics(world, 'up')
        await speakOverEth1(world, true)
        await leadBy(world, ['r1', 'r2'])
      },
    }),
}

const nicFails: Step<MultiHomedWorld> = {
  title: 'a NIC fails, and connections go on',
  long: true,
  mayLose: null,
  play: (world) =>
    whileItFails(world, {
      did: 'took eth1 of each server down',
      breaks: [],
      patience: 2_000,
      cut: (world) => nics(world, 'down'),
      mend: (world) => nics(world, 'up'),
    }),
}

const carrierLost: Step<MultiHomedWorld> = {
  title: 'a NIC loses its carrier, and connections go on',
  mayLose: null,
  play: (world) =>
    whileItFails(world, {
      did: 'took the ports of r1 to the servers down',
      breaks: [],
      patience: 2_000,
      cut: (world) => portsOfR1(world, 'down'),
      mend: (world) => portsOfR1(world, 'up'),
    }),
}

const routerDies: Step<MultiHomedWorld> = {
  title: 'a router dies with its links up, and connections go on where BGP or OSPF leads the way back',
  long: true,
  mayLose: null,
  play: (world) =>
    whileItFails(world, {
      did: 'switched r1 off, while its links stayed up',
      breaks: ['gobgp'],
      patience: 3_000,
      cut: die,
      mend: live,
    }),
}

/** r1 goes on, and asks everybody to use r2; or does so no longer. */
async function askForR2({ lab }: MultiHomedWorld, leaving: boolean): Promise<void> {
  const r1 = lab.node('r1')
  await r1.output(['sed', '-i', `s/^define leaving = .*/define leaving = ${leaving};/`, '/etc/bird/bird.conf'])
  await r1.output(['birdc', 'configure'])
}

const gateways = { r1: ['192.0.2.10', '2001:db8:1:1::1'], r2: ['192.0.2.12', '2001:db8:2:1::1'] } as const

/** What the operator of the server that learns no default route does for it. */
async function leadBy({ lab }: MultiHomedWorld, routers: readonly (keyof typeof gateways)[]): Promise<void> {
  for (const family of [0, 1] as const) {
    const hops = routers.flatMap((router) => ['nexthop', 'via', gateways[router][family]])
    await lab.node('gobgp').output(['ip', 'route', 'replace', 'default', ...hops])
  }
}

/** Ends the sessions and adjacencies of each server with r1 from the server's side, or begins them again. */
async function speakOverEth1({ lab }: MultiHomedWorld, whether: boolean): Promise<void> {
  const no = whether ? 'no ' : ''
  const bgp = ['192.0.2.20', '2001:db8:1:2::1'].map((neighbor) => `${no}neighbor ${neighbor} shutdown`)
  await new Frr(lab.node('frr-bgp')).configure('bgpd', 'router bgp 65002', ...bgp)
  const ospf = new Frr(lab.node('frr-ospf'))
  await ospf.configure('ospfd', 'interface eth1', whether ? 'ip ospf area 0' : 'no ip ospf area 0')
  await ospf.configure('ospf6d', 'interface eth1', whether ? 'ipv6 ospf6 area 0' : 'no ipv6 ospf6 area 0')
  for (const neighbor of gateways.r1)
    await lab.node('gobgp').output(['gobgp', 'neighbor', neighbor, whether ? 'enable' : 'disable'])
}

/** The servers lose their carrier at eth1, and get it back. */
async function portsOfR1({ lab, servers }: MultiHomedWorld, state: 'up' | 'down'): Promise<void> {
  await Promise.all(servers.map(({ routerPort }) => lab.link(routerPort)[state]()))
}

/** eth1 of the servers itself; r1 loses its carrier. */
async function nics({ lab, servers }: MultiHomedWorld, state: 'up' | 'down'): Promise<void> {
  await Promise.all(servers.map(({ name }) => lab.link(`${name}:eth1`)[state]()))
}

/** For nft: a router whose links are up, which answers those who ask for its MAC address, and nothing else. */
const dead = `table inet dead {
  chain in {
    type filter hook input priority filter; policy drop;
    icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
  }
  chain through { type filter hook forward priority filter; policy drop; }
  chain out {
    type filter hook output priority filter; policy drop;
    icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
  }
}
`

async function die({ lab }: MultiHomedWorld): Promise<void> {
  await lab.node('r1').output(['nft', '-f', '-'], { input: dead })
}

async function live({ lab }: MultiHomedWorld): Promise<void> {
  await lab.node('r1').output(['nft', 'flush', 'ruleset'])
}

/** What the page multi-homed.md of the documents tells. */
export const multiHomed = defineStory({
  name: 'multi-homed',
  title: 'Two NICs, two routers, and connections that outlive either',
  cast: 'A client, a far router, r1 and r2 (BIRD), and three servers with a NIC at each of r1 and r2: one with gobgpd and two default routes, one with FRR and BGP, one with FRR and OSPF.',
  topology: 'multi-homed',
  lanes: [],
  open: openWorld,
  steps: [announce, oneOfTwo, carrierLost, nicFails, routerDies, planned, linkRetired],
})
