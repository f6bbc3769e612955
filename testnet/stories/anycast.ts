import { wallClock } from '../observe/clock.js'
import type { Step } from '../story/step.js'
import { defineStory } from '../story/story.js'
import { drains } from './anycast-drain.js'
import { answeredBy, goesTo, lanes, pathsOf } from './anycast-look.js'
import { crowded, openWorld, urls, type AnycastWorld } from './anycast-world.js'

/** Milliseconds between two requests: of the client at site west, which is measured, and of the one at site east. */
const pace = { west: 2, east: 20 } as const

/** For nft: a host that neither hears nor answers. */
const deaf = `table inet deaf {
  chain input { type filter hook input priority filter; policy drop; }
}
`

const near: Step<AnycastWorld> = {
  title: 'each site serves the clients near it, with both of its hosts',
  mayLose: 0,
  play: async (world) => {
    const at = wallClock()
    const { lab, traffic, west, east } = world
    await Promise.all([...west, ...east].map((machine) => machine.start()))
    const routeAt = await goesTo(world, ['west1', 'west2'], at)
    await Promise.all(east.map((machine) => machine.hasReason('announced')))
    await traffic.start(lab.node('westclient'), urls, pace.west)
    await traffic.start(lab.node('eastclient'), urls, pace.east)
    const did = 'started vipcast on all four hosts, and a client at each site'
    return { did, at, routeAt, ...(await answeredBy(world, ['west1', 'west2'])) }
  },
}

const kill: Step<AnycastWorld> = {
  title: 'a service dies, and the other host of its site takes all',
  mayLose: null,
  play: async (world) => {
    const at = wallClock()
    world.west[0].killService()
    const routeAt = await goesTo(world, ['west2'], at)
    return { did: 'killed the service of west1', at, routeAt, ...(await answeredBy(world, ['west2'])) }
  },
}

const recover: Step<AnycastWorld> = {
  title: 'it comes back, and not one request is lost',
  mayLose: 0,
  play: async (world) => {
    const at = wallClock()
    await world.west[0].serve()
    const routeAt = await goesTo(world, ['west1', 'west2'], at)
    return { did: 'started it again', at, routeAt, ...(await answeredBy(world, ['west1', 'west2'])) }
  },
}

const degrade: Step<AnycastWorld> = {
  title: 'a site is degraded, and the other one takes its clients',
  mayLose: 0,
  play: async (world) => {
    const at = wallClock()
    await Promise.all(world.west.map(({ node }) => node.output(['touch', crowded])))
    const routeAt = await goesTo(world, ['east'], at)
    const seen = await answeredBy(world, ['east1', 'east2'])
    const own = (await pathsOf(world)).filter(({ aspath }) => aspath.string.startsWith('65101'))
    const shown = own.map(({ aspath, locPrf }) => `${aspath.string}, local preference ${locPrf ?? 100}`)
    const ok = seen.ok && own.length === 2 && shown.every((each) => each === '65101 65101 65101, local preference 50')
    const saw = `${seen.saw}; its own paths are ${shown.join(' and ')}`
    return { did: 'told both hosts of west that they are crowded', at, routeAt, ok, saw }
  },
}

const degradeBoth: Step<AnycastWorld> = {
  title: 'the other one is degraded as well, and each serves its own again',
  mayLose: 0,
  long: true,
  play: async (world) => {
    const at = wallClock()
    const east = (command: string): Promise<unknown> =>
      Promise.all(world.east.map(({ node }) => node.output([command, crowded])))
    await east('touch')
    const routeAt = await goesTo(world, ['west1', 'west2'], at)
    const seen = await answeredBy(world, ['west1', 'west2'])
    await east('rm')
    await goesTo(world, ['east'], routeAt)
    return { did: 'told both hosts of east that they are crowded, for a while', at, routeAt, ...seen }
  },
}

const relieve: Step<AnycastWorld> = {
  title: 'it is well again, and has its clients back',
  mayLose: 0,
  play: async (world) => {
    const at = wallClock()
    await Promise.all(world.west.map(({ node }) => node.output(['rm', crowded])))
    const routeAt = await goesTo(world, ['west1', 'west2'], at)
    return { did: 'told them that they are not', at, routeAt, ...(await answeredBy(world, ['west1', 'west2'])) }
  },
}

const die: Step<AnycastWorld> = {
  title: 'a host loses its power',
  mayLose: null,
  play: async (world) => {
    const at = wallClock()
    await world.west[0].losePower()
    const routeAt = await goesTo(world, ['west2'], at)
    return { did: 'cut the power of west1', at, routeAt, ...(await answeredBy(world, ['west2'])) }
  },
}

const boot: Step<AnycastWorld> = {
  title: 'it boots, and not one request is lost',
  mayLose: 0,
  long: true,
  play: async (world) => {
    const at = wallClock()
    await world.west[0].boot()
    const routeAt = await goesTo(world, ['west1', 'west2'], at)
    return { did: 'gave it back', at, routeAt, ...(await answeredBy(world, ['west1', 'west2'])) }
  },
}

const silence: Step<AnycastWorld> = {
  title: "a host falls silent behind a link that stays up, and its site waits for BGP's hold time",
  mayLose: null,
  long: true,
  play: async (world) => {
    const { node } = world.west[0]
    const at = wallClock()
    await node.output(['nft', '-f', '-'], { input: deaf })
    const routeAt = await goesTo(world, ['west2'], at)
    const { ok, saw } = await answeredBy(world, ['west2'])
    await node.output(['nft', 'flush', 'ruleset'])
    await goesTo(world, ['west1', 'west2'], routeAt)
    return { did: 'let west1 drop every packet', at, routeAt, ok, saw }
  },
}

/** Two sites that announce one address, and all that moves traffic within and between them. */
export const anycast = defineStory({
  name: 'anycast',
  title: 'One address, two sites: a host fails, a site is degraded, a site is drained',
  cast: 'At each of two sites a client, a router (FRR) and two hosts (gobgpd, vipcast, a web service). The client of west asks every 2 ms.',
  topology: 'anycast',
  lanes,
  open: openWorld,
  steps: [near, kill, recover, degrade, degradeBoth, relieve, ...drains, die, boot, silence],
})
