import { wallClock } from '../observe/clock.js'
import { waitFor } from '../observe/wait.js'
import { defineStory } from '../story/story.js'
import type { Outcome, Step } from '../story/step.js'
import {
  askedFrom,
  configuration,
  oursOf,
  openWorld,
  own,
  peer,
  routesOf,
  vips,
  type SourceWorld,
} from './source-world.js'

const toPeer = `http://${peer.ipv4}:8080/from`

/** When the first of the requests came that are asked from one of these. */
function firstFrom({ traffic }: SourceWorld, sources: readonly string[], since: number): string {
  const first = traffic.requests.find(({ at, from }) => at >= since && from !== null && sources.includes(from))
  return first === undefined ? '-' : `${Math.round(first.at - since)} ms`
}

/** Runs a command, and another that undoes it; each time waits until all is asked from these addresses. */
async function thereAndBack(world: SourceWorld, there: readonly string[], back: readonly string[]): Promise<Outcome> {
  const at = wallClock()
  const first = await world.host.cli(there)
  const without = await askedFrom(world, own)
  const second = await world.host.cli(back)
  const again = await askedFrom(world, vips)
  const ok = first.code === 0 && second.code === 0
  const saw = `the client is asked from ${without}; then from ${again}`
  return { did: `vipcast ${there.join(' ')}, then ${back.join(' ')}`, at, routeAt: null, ok, saw }
}

const leave: Step<SourceWorld> = {
  title: 'connections leave with the VIP through both NICs, IPv4 and IPv6',
  mayLose: 0,
  play: async (world) => {
    const before = await askedFrom(world, own)
    const at = wallClock()
    world.running.vipcast = await world.host.startDaemon(configuration)
    const after = await askedFrom(world, vips)
    const measured = { 'first from there': firstFrom(world, vips, at) }
    return {
      did: 'started vipcast',
      at,
      routeAt: null,
      ok: true,
      saw: `from ${before} before, from ${after} then`,
      measured,
    }
  },
}

const bind: Step<SourceWorld> = {
  title: 'programs that bind, and what goes to the routers next door, keep their own source',
  mayLose: 0,
  play: async ({ host }) => {
    const at = wallClock()
    const bound = await host.node.output(['curl', '-s', '--interface', own[0], toPeer])
    const near = await host.node.output(['ip', 'route', 'get', '192.0.2.4'])
    const ok = bound.trim() === own[0] && near.includes(` src ${own[0]} `)
    return {
      did: `asked with curl --interface ${own[0]}`,
      at,
      routeAt: null,
      ok,
      saw: `the client was asked from ${bound.trim()}`,
    }
  },
}

const group: Step<SourceWorld> = {
  title: 'a NIC leaves the group, and what can leave through it has its own source, until it is back',
  mayLose: 0,
  play: (world) => thereAndBack(world, ['source', 'remove', 'host', 'eth2'], ['source', 'add', 'host', 'eth2']),
}

const nic: Step<SourceWorld> = {
  title: 'a NIC loses its link: the same source through the other',
  long: true,
  mayLose: null,
  play: async (world) => {
    const at = wallClock()
    await world.lab.link('host:eth1').down()
    await waitFor(async () => !(await leadsToR1(world)), { what: 'no route leads to r1 any more' })
    const saw = `the client is asked from ${await askedFrom(world, vips)}`
    await world.lab.link('host:eth1').up()
    await waitFor(() => leadsToR1(world), { what: 'a route leads to r1 again' })
    return { did: 'took the link of eth1', at, routeAt: null, ok: true, saw }
  },
}

async function leadsToR1({ host }: SourceWorld): Promise<boolean> {
  return (await routesOf(host.node)).some((route) => route.includes('192.0.2.4'))
}

const crash: Step<SourceWorld> = {
  title: 'vipcast is killed: the VIP goes, and the originals are at work; the guard leaves nothing of ours behind',
  mayLose: 2,
  play: async (world) => {
    const { host, running } = world
    const at = wallClock()
    await running.vipcast?.crash()
    const saw = `the client is asked from ${await askedFrom(world, own)}`
    const measured = { 'first from there': firstFrom(world, own, at) }
    await waitFor(async () => (await oursOf(host.node)).length === 0, { what: 'no route of ours is left' })
    return { did: 'killed vipcast (deadMan 2 s)', at, routeAt: null, ok: true, saw, measured }
  },
}

const again: Step<SourceWorld> = {
  title: 'it is started again, and connections leave with the VIP',
  mayLose: 0,
  play: async (world) => {
    const at = wallClock()
    world.running.vipcast = await world.host.startDaemon()
    const saw = `the client is asked from ${await askedFrom(world, vips)}`
    const measured = { 'first from there': firstFrom(world, vips, at) }
    return { did: 'started vipcast', at, routeAt: null, ok: true, saw, measured }
  },
}

const stop: Step<SourceWorld> = {
  title: 'it is stopped: its routes go before the VIP is withdrawn, and those of others stand as they were',
  mayLose: 2,
  play: async (world) => {
    const { host, running } = world
    const before = await routesOf(host.node)
    const at = wallClock()
    const exit = await running.vipcast?.stop()
    const ours = await oursOf(host.node)
    const same = JSON.stringify(await routesOf(host.node)) === JSON.stringify(before)
    const measured = { 'first from there': firstFrom(world, own, at) }
    const saw = `${before.length} routes of others, ${same ? 'the same' : 'not the same'}, none of ours; the client is asked from ${await askedFrom(world, own)}`
    const ok = exit?.code === 0 && same && ours.length === 0
    return { did: 'stopped vipcast', at, routeAt: null, ok, saw, measured }
  },
}

/** What this host's own connections leave with, while its identity comes and goes. */
export const sourceAddresses = defineStory({
  name: 'source-addresses',
  title: 'A host with two NICs calls others as itself',
  cast: 'A host with two NICs (FRR, vipcast) asks a client beyond two routers (FRR) 250 times a second, and the client tells from which address it was asked.',
  topology: 'ospf-area',
  open: openWorld,
  steps: [leave, bind, group, nic, crash, again, stop],
})
