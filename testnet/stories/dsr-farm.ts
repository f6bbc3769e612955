import { wallClock } from '../observe/clock.js'
import { waitFor } from '../observe/wait.js'
import { defineStory } from '../story/story.js'
import type { Outcome, Step } from '../story/step.js'
import { tally } from '../story/traffic.js'
import {
  answering,
  believedOwner,
  openWorld,
  passed,
  settingsOf,
  startDaemon,
  stopDaemon,
  url,
  vip,
  type FarmWorld,
} from './dsr-farm-world.js'

/** Requests that show how they are served. */
const sample = 400
/** Times that the router forgets who has the VIP, and asks anew. */
const askings = 20
/** Connections that may be half-way through when the balancer sends their later packets elsewhere. */
const midway = 2

const bare: Step<FarmWorld> = {
  title: 'bound by hand, a real server answers ARP for the VIP too',
  mayLose: null,
  play: async ({ router, real1 }) => {
    const at = wallClock()
    await real1.node.output(['ip', 'address', 'add', `${vip}/32`, 'dev', 'lo'])
    const who = await answering(router, 'eth2', vip)
    await real1.node.output(['ip', 'address', 'del', `${vip}/32`, 'dev', 'lo'])
    const saw = `${who.join(' and ')} answered: whoever is first gets the traffic, past the balancer`
    return told('bound the VIP to lo of real1, asked, and unbound it', at, who.join() === 'balancer,real1', saw, who)
  },
}

const silent: Step<FarmWorld> = {
  title: 'held by vipcast, the balancer alone answers',
  mayLose: null,
  play: async (world) => {
    const at = wallClock()
    await Promise.all([world.real1, world.real2].map((real) => startDaemon(world, real)))
    const who = await answering(world.router, 'eth2', vip)
    const bound = await Promise.all([world.real1, world.real2].map((real) => real.addresses()))
    const ok = who.join() === 'balancer' && bound.every((addresses) => addresses.join() === `${vip}/32`)
    const saw = `both real servers hold ${vip} on lo; ${who.join(' and ')} answered`
    return told('started vipcast on both real servers, and asked', at, ok, saw, who)
  },
}

const direct: Step<FarmWorld> = {
  title: 'requests pass the balancer, replies do not',
  mayLose: 0,
  play: async (world) => {
    const { traffic, lab } = world
    const at = wallClock()
    await traffic.start(lab.node('client'), [url])
    await waitFor(() => traffic.requests.length >= sample, { what: `${sample} requests are answered` })
    const { requests, replies } = await passed(world)
    const { byHost } = tally(traffic.requests)
    const both = Math.min(byHost['real1'] ?? 0, byHost['real2'] ?? 0) > sample / 5
    const saw = `the balancer passed ${requests} packets on, and saw ${replies} of the replies`
    const measured = { 'packets by way of the balancer': `${requests} of requests, ${replies} of replies` }
    const outcome = { did: `sent ${sample} requests`, at, routeAt: null, saw, measured }
    return { ...outcome, ok: both && requests > 2 * sample && replies === 0 }
  },
}

const neighborTable: Step<FarmWorld> = {
  title: "the router's neighbor table has the balancer alone",
  // What waits for the balancer's address when the router is made to forget again is dropped, its repetition maybe as well.
  mayLose: askings,
  play: async (world) => {
    const at = wallClock()
    const seen = new Map<string, number>()
    for (let asked = 0; asked < askings; asked += 1) {
      await world.router.output(['ip', 'neigh', 'flush', 'to', vip, 'dev', 'eth2'])
      let owner: string | null = null
      await waitFor(async () => (owner = await believedOwner(world)) !== null, { what: 'the router knows who has it' })
      seen.set(owner ?? '', (seen.get(owner ?? '') ?? 0) + 1)
    }
    const saw = [...seen].map(([owner, times]) => `${owner} ${times} times`).join(', ')
    return told(`let the router forget and ask ${askings} times`, at, seen.get('balancer') === askings, saw)
  },
}

const ownAddresses: Step<FarmWorld> = {
  title: "the real server's own addresses are answered as before",
  mayLose: 0,
  play: async ({ router }) => {
    const at = wallClock()
    const [own, other] = await Promise.all(
      ['198.51.100.11', '198.18.0.11'].map((address) => answering(router, 'eth2', address)),
    )
    const ok = own?.join() === 'real1' && other?.join() === 'real1'
    const saw = 'real1 answers for its address on this LAN, and for the one of its other network'
    return told('asked for 198.51.100.11 and 198.18.0.11', at, ok, saw)
  },
}

const late: Step<FarmWorld> = {
  title: 'a link that comes later is silent from its first moment',
  mayLose: 0,
  play: async ({ router, real1: { node } }) => {
    const at = wallClock()
    const holder = await router.spawn(['sleep', 'infinity'])
    const peer = ['peer', 'name', 'eth9', 'netns', String(holder.pidInside)]
    await node.output(['ip', 'link', 'add', 'eth9', 'type', 'veth', ...peer])
    await node.output(['ip', 'address', 'add', '198.18.9.11/24', 'dev', 'eth9'])
    await router.output(['ip', 'address', 'add', '198.18.9.1/24', 'dev', 'eth9'])
    for (const end of [node, router]) await end.output(['ip', 'link', 'set', 'eth9', 'up'])
    const [silence, own] = await Promise.all([vip, '198.18.9.11'].map((address) => answering(router, 'eth9', address)))
    await holder.stop()
    const ok = silence?.length === 0 && own?.length === 1
    return told('linked real1 and the router once more, and asked there', at, ok, 'no answer for the VIP', silence)
  },
}

const killed: Step<FarmWorld> = {
  title: 'vipcast is killed and started again, and nobody notices',
  mayLose: 0,
  play: async (world) => {
    const { real1, router, daemons } = world
    const at = wallClock()
    await daemons.get(real1)?.crash()
    const [who] = await Promise.all([answering(router, 'eth2', vip), startDaemon(world, real1)])
    const ok = who.join() === 'balancer' && (await real1.addresses()).join() === `${vip}/32`
    return told('killed vipcast on real1 and started it again', at, ok, 'bound and silent all the time', who)
  },
}

const takenOut: Step<FarmWorld> = {
  title: 'a real server is taken out: first at the balancer, then here',
  mayLose: midway,
  play: async (world) => {
    const { balancer, real2, traffic } = world
    const at = wallClock()
    const rules =
      'flush chain netdev balancer servers; add rule netdev balancer servers ether daddr set 02:00:00:00:00:11'
    await balancer.output(['nft', rules])
    const drained = await real2.cli(['drain', 'farm', '--wait'])
    const code = await stopDaemon(world, real2)
    const since = wallClock()
    const after = (): typeof traffic.requests => traffic.requests.filter((request) => request.at > since)
    await waitFor(() => after().length >= 50, { what: '50 requests after that' })
    const { byHost } = tally(after())
    const ok = drained.code === 0 && code === 0 && Object.keys(byHost).join() === 'real1'
    const said = drained.stdout.trim().split('\n').at(-1) ?? ''
    return told('told the balancer, drained and stopped vipcast on real2', at, ok, `${said} real1 answers everything`)
  },
}

const putBack: Step<FarmWorld> = {
  title: 'once it is stopped every setting is as it was',
  mayLose: 0,
  play: async (world) => {
    const { real1, real2, before, traffic } = world
    await traffic.stop()
    const at = wallClock()
    const code = await stopDaemon(world, real1)
    const same = await Promise.all(
      [real1, real2].map(async (real) => (await settingsOf(real, 'eth9')) === before.get(real)),
    )
    const born = await real1.node.output(['cat', '/proc/sys/net/ipv4/conf/eth9/arp_ignore'])
    const bound = [...(await real1.addresses()), ...(await real2.addresses())]
    const ok = code === 0 && same.every(Boolean) && born.trim() === '0' && bound.length === 0
    const saw = `the VIP is unbound, ARP settings are as before on both, and as any other's on the late link`
    return told('ended the traffic, and stopped vipcast on real1', at, ok, saw)
  },
}

/** Real servers that own a VIP which another one answers ARP for. */
export const dsrFarm = defineStory({
  name: 'dsr-farm',
  title: 'Real servers of a direct-return balancer own the VIP in silence',
  cast: 'A client, a router, a LAN with a balancer (nftables) and two real servers (vipcast, a web service), each in a network namespace of its own.',
  topology: 'direct-return',
  open: openWorld,
  steps: [bare, silent, direct, neighborTable, ownAddresses, late, killed, takenOut, putBack],
})

function told(did: string, at: number, ok: boolean, saw: string, who?: readonly string[]): Outcome {
  const measured = who && { 'answers ARP for the VIP': who.length === 0 ? 'nobody' : who.join(', ') }
  return { did, at, routeAt: null, ok, saw: ok ? saw : `${saw} (not as claimed)`, ...(measured && { measured }) }
}
