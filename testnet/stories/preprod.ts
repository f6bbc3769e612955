import { wallClock } from '../observe/clock.js'
import { kernelRoutes } from '../observe/routes.js'
import { waitFor } from '../observe/wait.js'
import { duration } from '../story/report.js'
import type { Outcome, Step } from '../story/step.js'
import { defineStory } from '../story/story.js'
import { inProductionsSubnet } from './preprod-insider.js'
import {
  answeredBy,
  diverted,
  hostRoute,
  openWorld,
  rearm,
  shows,
  url,
  viaEdge,
  viaPreprod,
  type PreprodWorld,
} from './preprod-world.js'

/** Connections that are half-way through when their path moves end up at a host that knows nothing of them. */
const midway = 3

const production: Step<PreprodWorld> = {
  title: 'production answers',
  mayLose: 0,
  play: async (world) => {
    const at = wallClock()
    await world.traffic.start(world.lab.node('client'), [url])
    await waitFor(() => world.traffic.requests.length >= 50, { what: 'the client has asked 50 times' })
    return { did: 'let the client ask', at, routeAt: null, ...(await answer(world, 'production')) }
  },
}

const takeOver: Step<PreprodWorld> = {
  title: 'the box takes the address over',
  mayLose: midway,
  play: async (world) => {
    const { preprod, running } = world
    running.service = await preprod.startService()
    const at = wallClock()
    running.daemon = await preprod.startDaemon(world.example)
    const routeAt = await diverted(world, viaPreprod, at)
    return { did: 'started vipcast on preprod', at, routeAt, ...(await answer(world, 'preprod')) }
  },
}

const fallBack: Step<PreprodWorld> = {
  title: 'its service dies, and traffic falls back to production',
  mayLose: null,
  play: async (world) => {
    const at = wallClock()
    world.running.service?.kill('SIGKILL')
    const routeAt = await diverted(world, null, at)
    return { did: 'killed the service of preprod', at, routeAt, ...(await answer(world, 'production')) }
  },
}

const latched: Step<PreprodWorld> = {
  title: 'it is well again, and stays back',
  mayLose: 0,
  play: async (world) => {
    const at = wallClock()
    world.running.service = await world.preprod.startService()
    await shows(world.preprod, 'override-latched')
    return { did: 'started the service again', at, routeAt: null, ...(await answer(world, 'production')) }
  },
}

const rearmed: Step<PreprodWorld> = {
  title: 'somebody rearms it',
  mayLose: midway,
  play: async (world) => {
    const at = wallClock()
    await rearm(world.preprod)
    const routeAt = await diverted(world, viaPreprod, at)
    return { did: 'ran `vipcast rearm shop`', at, routeAt, ...(await answer(world, 'preprod')) }
  },
}

const uncovered: Step<PreprodWorld> = {
  title: "production's network is no longer announced, and the box gives the address back",
  mayLose: null,
  long: true,
  play: async (world) => {
    const edge = world.lab.node('edge')
    const at = wallClock()
    await edge.output(['birdc', 'disable', 'subnet'])
    const routeAt = await diverted(world, null, at)
    await shows(world.preprod, 'no-covering-route')
    return { did: 'let edge withdraw 192.0.2.0/24', at, routeAt, ok: true, saw: 'preprod shows no-covering-route' }
  },
}

const covered: Step<PreprodWorld> = {
  title: 'the network is back, and so is the box',
  mayLose: null,
  long: true,
  play: async (world) => {
    const at = wallClock()
    await world.lab.node('edge').output(['birdc', 'enable', 'subnet'])
    const routeAt = await diverted(world, viaPreprod, at)
    return { did: 'let edge announce it again', at, routeAt, ...(await answer(world, 'preprod')) }
  },
}

const windowSeconds = 2

const windowEnds: Step<PreprodWorld> = {
  title: 'the window ends, and the address goes back by itself',
  mayLose: midway,
  play: async (world) => {
    const { preprod } = world
    await preprod.configure(world.example.replace('window: 30m', `window: ${windowSeconds}s`))
    await preprod.cli(['reload'])
    const at = wallClock()
    await rearm(preprod)
    // The window of before may have ended in between or not: either way the new one began by now.
    const begun = wallClock()
    const routeAt = await diverted(world, null, begun)
    await shows(preprod, 'override-expired')
    const measured = { 'taken over for': duration(routeAt - begun) }
    const { ok, saw } = await answer(world, 'production')
    return { did: `rearmed it with a window of ${windowSeconds} s`, at, routeAt, ok, saw, measured }
  },
}

const stopped: Step<PreprodWorld> = {
  title: 'vipcast is stopped',
  mayLose: midway,
  play: async (world) => {
    const { preprod, running } = world
    await preprod.configure(world.example)
    await preprod.cli(['reload'])
    await rearm(preprod)
    await diverted(world, viaPreprod, (world.routes.all.at(-1)?.at ?? 0) - 1)
    const at = wallClock()
    await running.daemon?.stop()
    const routeAt = await diverted(world, null, at)
    return { did: 'stopped vipcast', at, routeAt, ...(await answer(world, 'production')) }
  },
}

const conflict: Step<PreprodWorld> = {
  title: 'another box has the address, and this one keeps its hands off',
  mayLose: midway,
  long: true,
  play: async (world) => {
    const { preprod, running } = world
    const at = wallClock()
    running.daemon = await preprod.startDaemon(world.example)
    await shows(preprod, 'address-conflict')
    const before = (await kernelRoutes(world.lab.node('core'))).find(({ prefix }) => prefix === hostRoute)
    await running.insider?.stop()
    const routeAt = await diverted(world, viaPreprod, at)
    const { ok, saw } = await answer(world, 'preprod')
    const kept = before?.nextHops[0]?.via === viaEdge
    return { did: 'started vipcast on preprod, then stopped insider', at, routeAt, ok: ok && kept, saw }
  },
}

const crash: Step<PreprodWorld> = {
  title: 'vipcast is killed, and its guard withdraws',
  mayLose: midway,
  // Its guard waits for lifecycle.deadMan, 15 s.
  long: true,
  play: async (world) => {
    const at = wallClock()
    await world.running.daemon?.crash()
    const routeAt = await diverted(world, null, at, 25_000)
    return { did: 'killed vipcast with SIGKILL', at, routeAt, ...(await answer(world, 'production')) }
  },
}

async function answer(world: PreprodWorld, expected: string): Promise<Pick<Outcome, 'ok' | 'saw'>> {
  const who = await answeredBy(world)
  return { ok: who === expected, saw: `${who} answers the client` }
}

export const preprod = defineStory<PreprodWorld>({
  name: 'preprod',
  title: "A pre-production box takes production's address over, and gives it back by itself",
  cast: 'A client reaches production, a server in 192.0.2.0/24, through the routers core and edge; preprod is a box elsewhere, insider one in that subnet.',
  topology: 'preprod',
  lanes: [
    { name: 'preprod', prefix: hostRoute, via: viaPreprod },
    { name: 'insider', prefix: hostRoute, via: viaEdge },
  ],
  open: openWorld,
  steps: [
    production,
    takeOver,
    fallBack,
    latched,
    rearmed,
    uncovered,
    covered,
    windowEnds,
    stopped,
    inProductionsSubnet,
    conflict,
    crash,
  ],
})
