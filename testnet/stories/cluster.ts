import { wallClock } from '../observe/clock.js'
import { serveSessions, Session, type Noticed } from '../story/session.js'
import { duration } from '../story/report.js'
import type { Outcome, Step } from '../story/step.js'
import { defineStory } from '../story/story.js'
import { act, addMail, done, homes, mail, nextHops, openWorld, routedTo, type ClusterWorld } from './cluster-world.js'

/** As the scripts of a cluster manager have it. */
const wait = ['--wait', '20s']

/** Milliseconds between two short requests. */
const pace = 10

const claim: Step<ClusterWorld> = {
  title: 'a claim brings the VIP up where the cluster started the service',
  mayLose: 0,
  play: async (world) => {
    const { host1, lab, running, traffic } = world
    const at = wallClock()
    // Stop scripts also run where nothing was started.
    await done(host1, 'release', homes.name, ...wait)
    await done(host1, 'claim', homes.name, ...wait)
    const routeAt = await routedTo(world, homes, 'host1', at)
    running.homes = await Session.start(lab.node('client'), homes.address, homes.port)
    await running.homes.answeredBy('host1')
    await traffic.start(lab.node('client'), [`http://${homes.address}:8080/`], pace)
    return { did: 'claimed homes on host1', at, routeAt, ok: true, saw: 'the client is connected to host1' }
  },
}

const again: Step<ClusterWorld> = {
  title: 'claimed again, nothing changes',
  mayLose: 0,
  play: async (world) => {
    const at = wallClock()
    await done(world.host1, 'claim', homes.name, ...wait)
    await world.running.homes?.answeredBy('host1')
    const changes = world.routes.all.filter((event) => event.at >= at).length
    const noticed = world.running.homes?.noticed(at)
    const ok = changes === 0 && noticed?.reconnected === 0
    return {
      did: 'claimed it again',
      at,
      routeAt: null,
      ok,
      saw: `exit 0, ${changes} changes of routes`,
      ...away({ noticed }),
    }
  },
}

const another: Step<ClusterWorld> = {
  title: 'a second VIP comes to the same host, and the first does not notice',
  mayLose: 0,
  play: async (world) => {
    const { host1, host2, lab, running } = world
    const at = wallClock()
    for (const host of [host1, host2]) await addMail(host)
    await done(host1, 'claim', mail.name, ...wait)
    const routeAt = await routedTo(world, mail, 'host1', at)
    running.mail = await Session.start(lab.node('client'), mail.address, mail.port)
    await running.mail.answeredBy('host1')
    const noticed = running.homes?.noticed(at)
    const saw = 'the client has a connection to each'
    const ok = noticed?.reconnected === 0
    return {
      did: 'added mail to both files, reloaded, claimed it on host1',
      at,
      routeAt,
      ok,
      saw,
      ...away({ noticed }),
    }
  },
}

const move: Step<ClusterWorld> = {
  title: 'a planned move: the client finds the VIP in the other cluster, and the other VIP does not notice',
  mayLose: null,
  play: async (world) => {
    const { host1, host2 } = world
    const at = wallClock()
    await done(host1, 'release', homes.name, ...wait)
    await done(host2, 'claim', homes.name, ...wait)
    const routeAt = await routedTo(world, homes, 'host2', at)
    return {
      did: 'released homes on host1, then claimed it on host2',
      at,
      routeAt,
      ...(await foundAt(world, 'host2', at)),
    }
  },
}

const refused: Step<ClusterWorld> = {
  title: 'a claim where the service is dead waits, exits 3, and announces nothing',
  mayLose: 0,
  play: async (world) => {
    const { host1, running } = world
    const at = wallClock()
    await running.service1.stop()
    const { code, stderr } = await host1.cli(['claim', homes.name, '--wait', '1s'])
    await done(host1, 'release', homes.name, ...wait)
    const changes = world.routes.all.filter((event) => event.at >= at).length
    const noticed = running.homes?.noticed(at)
    const ok = code === 3 && changes === 0 && noticed?.reconnected === 0
    const saw = `exit ${code}: ${stderr
      .trim()
      .replace(/^vipcast: /, '')
      .replace(/: `.*/, '')}`
    return {
      did: 'stopped the service of host1 and claimed homes there',
      at,
      routeAt: null,
      ok,
      saw,
      ...away({ noticed }),
    }
  },
}

const back: Step<ClusterWorld> = {
  title: 'moved back by the resource agent, as Pacemaker does it',
  long: true,
  mayLose: null,
  play: async (world) => {
    const { host1, host2, running } = world
    running.service1 = await serveSessions(host1.node, homes.port)
    const at = wallClock()
    const codes: number[] = []
    for (const [host, action] of [
      [host2, 'stop'],
      [host2, 'monitor'],
      [host1, 'start'],
      [host1, 'monitor'],
    ] as const) {
      codes.push((await act(host, action, homes.name)).code)
    }
    const routeAt = await routedTo(world, homes, 'host1', at)
    const found = await foundAt(world, 'host1', at)
    const ok = found.ok && codes.join() === '0,7,0,0'
    return {
      did: 'stop on host2, start on host1',
      at,
      routeAt,
      ...found,
      ok,
      saw: `the agent exits ${codes.join(', ')}; ${found.saw}`,
    }
  },
}

const dies: Step<ClusterWorld> = {
  title: 'a host dies, and the client finds the VIP as soon as the routers know',
  mayLose: null,
  long: true,
  play: async (world) => {
    const at = wallClock()
    await world.lab.link('host1:eth1').down()
    await done(world.host2, 'claim', homes.name, ...wait)
    const routeAt = await routedTo(world, homes, 'host2', at)
    const { ok, measured } = await foundAt(world, 'host2', at, false)
    const saw = 'claimed at once on host2; until the hold time of 9 s was over the core went on to send to host1'
    return {
      did: 'cut host1 off without its router noticing, and claimed homes on host2',
      at,
      routeAt,
      ok,
      saw,
      measured,
    }
  },
}

/** Business continuance: VIPs move between hosts in different subnets by scripts of a cluster manager. */
export const cluster = defineStory({
  name: 'cluster',
  title: 'A VIP moves between clusters, and its clients find it',
  cast: 'A client, a core router, two clusters in different subnets: a router (BIRD) and a host (vipcast with its own gobgpd, the services).',
  topology: 'two-clusters',
  lanes: Object.entries(nextHops).map(([name, via]) => ({ name, prefix: `${homes.address}/32`, via })),
  open: openWorld,
  steps: [claim, again, another, move, refused, back, dies],
})

/** Whether the client of `homes` is connected there, and what the clients of both noticed; `mail` stays where it was. */
async function foundAt(
  { running }: ClusterWorld,
  host: string,
  since: number,
  mailStays = true,
): Promise<Pick<Outcome, 'ok' | 'saw'> & Required<Pick<Outcome, 'measured'>>> {
  await running.homes?.answeredBy(host)
  if (mailStays) await running.mail?.answeredBy('host1')
  const noticed = running.homes?.noticed(since)
  const other = running.mail?.noticed(since)
  const ok = (noticed?.reconnected ?? 0) >= 1 && (!mailStays || other?.reconnected === 0)
  const saw = `the client of homes connected anew ${noticed?.reconnected} time, that of mail ${other?.reconnected} times`
  return { ok, saw, ...away({ noticed, other }) }
}

/** For the table: the longest time that the clients were without an answer. */
function away({
  noticed,
  other,
}: {
  noticed?: Noticed | undefined
  other?: Noticed | undefined
}): Required<Pick<Outcome, 'measured'>> {
  return {
    measured: {
      ...(noticed && { 'homes without an answer': duration(noticed.away) }),
      ...(other && { 'mail without an answer': duration(other.away) }),
    },
  }
}
