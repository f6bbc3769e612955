import { birdRoutes, establishedSessions } from '../observe/bird.js'
import { wallClock } from '../observe/clock.js'
import { waitFor } from '../observe/wait.js'
import type { Outcome, Step } from '../story/step.js'
import { tally } from '../story/traffic.js'
import { defineStory } from '../story/story.js'
import { carriedBy, configuration, nextHops, openWorld, prefixes, vips, type DemoWorld } from './demo-world.js'

/**
 * Requests that may be lost when the number of equal paths changes: the router then sends the later packets of a
 * connection that is half-way through to another host, which knows nothing of it and resets it.
 */
const midway = 2

/** Requests that show how they spread. */
const sample = 400

const announce: Step<DemoWorld> = {
  title: 'both hosts announce',
  mayLose: 0,
  play: async (world) => {
    const at = wallClock()
    const { host1, host2, running } = world
    running.service1 = await host1.startService()
    await host2.startService()
    const [, vipcast2] = await Promise.all([host1, host2].map((host) => host.startDaemon(configuration)))
    if (vipcast2 !== undefined) running.vipcast2 = vipcast2
    const routeAt = await carriedBy(world, ['host1', 'host2'], at)
    await world.traffic.start(world.lab.node('client'), [`http://${vips.ipv4}:8080/`, `http://[${vips.ipv6}]:8080/`])
    const paths = await birdRoutes(world.lab.node('router'), prefixes.ipv4)
    const saw = `${prefixes.ipv4} and ${prefixes.ipv6} have ${paths.length} paths each`
    return { did: 'started vipcast on both hosts', at, routeAt, ok: paths.length === 2, saw }
  },
}

const spread: Step<DemoWorld> = {
  title: 'requests spread over both',
  mayLose: 0,
  play: async ({ traffic }) => {
    const at = wallClock()
    const before = traffic.requests.length
    await waitFor(() => traffic.requests.length >= before + sample, { what: `${sample} requests are answered` })
    const { byHost } = tally(traffic.requests.slice(before))
    const [one = 0, two = 0] = [byHost['host1'], byHost['host2']]
    const saw = `host1 answered ${one}, host2 ${two}`
    return { did: `counted ${sample} requests`, at, routeAt: null, ok: Math.min(one, two) > sample / 5, saw }
  },
}

const kill: Step<DemoWorld> = {
  title: 'a service is killed',
  mayLose: null,
  play: async (world) => {
    const at = wallClock()
    world.running.service1?.kill('SIGKILL')
    const routeAt = await carriedBy(world, ['host2'], at)
    return { did: 'killed the service of host1', at, routeAt, ...(await onlyAnsweredBy(world, 'host2')) }
  },
}

const recover: Step<DemoWorld> = {
  title: 'it comes back',
  mayLose: midway,
  play: async (world) => {
    const at = wallClock()
    world.running.service1 = await world.host1.startService()
    const routeAt = await carriedBy(world, ['host1', 'host2'], at)
    return {
      did: 'started it again',
      at,
      routeAt,
      ok: true,
      saw: 'announced again after three good probes; its hold-down of 2 s was over',
    }
  },
}

const restartRouter: Step<DemoWorld> = {
  title: 'gobgpd is killed and restarted',
  mayLose: null,
  play: async (world) => {
    const { node } = world.host1
    const at = wallClock()
    node.main?.kill('SIGKILL')
    await node.main?.exited
    await carriedBy(world, ['host2'], at)
    await node.startMain()
    const routeAt = await carriedBy(world, ['host1', 'host2'], at)
    const sessions = await establishedSessions(world.lab.node('router'))
    const saw = 'the new gobgpd knew nothing; vipcast gave it every route back'
    return { did: 'killed gobgpd of host1 and started it again', at, routeAt, ok: sessions.length === 4, saw }
  },
}

const stop: Step<DemoWorld> = {
  title: 'vipcast is stopped',
  mayLose: midway,
  play: async (world) => {
    const { host2, running } = world
    const at = wallClock()
    running.vipcast2?.process.kill('SIGTERM')
    const routeAt = await carriedBy(world, ['host1'], at)
    const exit = await running.vipcast2?.process.exited
    const bound = await host2.addresses()
    const { saw, ok } = await onlyAnsweredBy(world, 'host1')
    const said = `withdrew, settled, unbound, exit ${exit?.code ?? 'by signal'}; ${saw}`
    return { did: 'stopped vipcast on host2', at, routeAt, ok: ok && exit?.code === 0 && bound.length === 0, saw: said }
  },
}

/** The first story: anycast on two hosts, and what is lost when each of its parts goes. */
export const demo = defineStory({
  name: 'demo',
  title: 'A service dies and its route goes',
  cast: 'A client, a router (BIRD) and two hosts (gobgpd, vipcast, a web service), each in a network namespace of its own.',
  topology: 'two-hosts',
  lanes: Object.entries(nextHops).map(([via, name]) => ({ name, prefix: prefixes.ipv4, via })),
  open: openWorld,
  steps: [announce, spread, kill, recover, restartRouter, stop],
})

/** Whether the next requests are all answered by one host. */
async function onlyAnsweredBy({ traffic }: DemoWorld, host: string): Promise<Pick<Outcome, 'ok' | 'saw'>> {
  const since = wallClock()
  const after = (): typeof traffic.requests => traffic.requests.filter(({ at }) => at > since)
  await waitFor(() => after().length >= 50, { what: '50 requests after the change' })
  const { byHost, lost } = tally(after())
  const ok = lost === 0 && Object.keys(byHost).join() === host
  return { ok, saw: ok ? `${host} answers everything` : `then answered: ${JSON.stringify(byHost)}, lost ${lost}` }
}
