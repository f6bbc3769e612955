import type { ExecResult } from '../lab/node.js'
import { wallClock } from '../observe/clock.js'
import { waitFor } from '../observe/wait.js'
import { duration } from '../story/report.js'
import type { Step } from '../story/step.js'
import { serveTransfers, Transfer } from '../story/transfer.js'
import { answeredBy, goesTo, pathsOf } from './anycast-look.js'
import { vips, type AnycastWorld } from './anycast-world.js'

/** What `drain --wait` of both hosts said, and how long they took. */
interface Waited {
  readonly results: readonly ExecResult[]
  readonly after: number
}

/** Drains site west as its operator would, from both hosts at the same time. */
async function drainSite({ west }: AnycastWorld): Promise<Waited> {
  const at = wallClock()
  const results = await Promise.all(west.map((host) => host.cli(['drain', '--all', '--yes', '--wait'])))
  return { results, after: wallClock() - at }
}

/** Waits until nothing of the VIP is left at site west: no path at its router, no address on its hosts. */
async function isGone(world: AnycastWorld): Promise<void> {
  const left = async (): Promise<boolean> =>
    (await pathsOf(world)).some(({ aspath }) => aspath.string.startsWith('65101'))
  await waitFor(async () => !(await left()), { what: 'the routes of both hosts are withdrawn' })
  for (const host of world.west) {
    await waitFor(async () => (await host.addresses()).length === 0, { what: `${host.name} has unbound its addresses` })
  }
}

async function undrainSite(world: AnycastWorld): Promise<number> {
  const at = wallClock()
  await Promise.all(world.west.map((host) => host.cli(['undrain', '--all'])))
  return goesTo(world, ['west1', 'west2'], at)
}

const drain: Step<AnycastWorld> = {
  title: 'a site is drained, and not one request is lost',
  mayLose: 0,
  play: async (world) => {
    const asked = await world.west[0].cli(['drain', '--all'])
    const at = wallClock()
    const waiting = drainSite(world)
    const routeAt = await goesTo(world, ['east'], at)
    const seen = await answeredBy(world, ['east1', 'east2'])
    const { results, after } = await waiting
    await isGone(world)
    const gone = wallClock() - at
    const ok = seen.ok && asked.code === 2 && results.every(({ code }) => code === 0)
    const saw = `without --yes nothing is drained; ${seen.saw}; withdrawn and unbound after ${duration(gone)}`
    const measured = { 'drain --wait returned after': duration(after) }
    return { did: 'vipcast drain --all --yes --wait on both hosts of west', at, routeAt, ok, saw, measured }
  },
}

const undrain: Step<AnycastWorld> = {
  title: 'the drain is taken back, and not one request is lost',
  mayLose: 0,
  play: async (world) => {
    const at = wallClock()
    const routeAt = await undrainSite(world)
    return { did: 'vipcast undrain --all on both', at, routeAt, ...(await answeredBy(world, ['west1', 'west2'])) }
  },
}

const drainForATime: Step<AnycastWorld> = {
  title: 'a drain for a time ends by itself, and not one request is lost',
  mayLose: 0,
  long: true,
  play: async (world) => {
    const [host] = world.west
    const at = wallClock()
    await host.cli(['drain', 'web', '--for', '5s'])
    const routeAt = await goesTo(world, ['west2'], at)
    await host.gave('drained', at)
    const back = await goesTo(world, ['west1', 'west2'], routeAt)
    const { ok, saw } = await answeredBy(world, ['west1', 'west2'])
    const said = `drained after its drain.time, announced again ${duration(back - at)} after the command; ${saw}`
    return { did: 'vipcast drain web --for 5s on west1', at, routeAt, ok, saw: said }
  },
}

const reboot: Step<AnycastWorld> = {
  title: 'a host boots in the middle of a drain, and stays drained until somebody says otherwise',
  mayLose: 0,
  long: true,
  play: async (world) => {
    const [host] = world.west
    const at = wallClock()
    await host.cli(['drain', 'web'])
    const routeAt = await goesTo(world, ['west2'], at)
    await answeredBy(world, ['west2'])
    await host.losePower()
    await host.boot()
    const booted = wallClock()
    await waitFor(async () => (await host.status()).vips[0]?.verdict === 'up', { what: 'it finds its service well' })
    await host.hasReason('drained')
    const { ok } = await answeredBy(world, ['west2'])
    const quiet = !host.everGave('draining')
    await host.cli(['undrain', 'web'])
    const back = await goesTo(world, ['west1', 'west2'], booted)
    const saw = `after the boot healthy and drained; announced ${duration(back - booted)} later, when it was undrained`
    return { did: 'drained west1, cut its power and gave it back', at, routeAt, ok: ok && quiet, saw }
  },
}

/** Starts a long transfer from site west, drains the site and tells what became of it. */
async function drainUnder(
  world: AnycastWorld,
): Promise<{ readonly transfer: Transfer; readonly at: number; readonly waiting: Promise<Waited> }> {
  const transfer = await Transfer.start({ client: world.lab.node('westclient'), address: vips.ipv4 })
  return { transfer, at: wallClock(), waiting: drainSite(world) }
}

const keepTransfer: Step<AnycastWorld> = {
  title: 'where routers remember connections, a long one ends at the site where it began',
  mayLose: 0,
  long: true,
  play: async (world) => {
    for (const { node } of world.west) await serveTransfers(node)
    const { transfer, at, waiting } = await drainUnder(world)
    const routeAt = await goesTo(world, ['east'], at)
    const seen = await answeredBy(world, ['east1', 'east2'])
    await transfer.goesOn()
    const { longestPause } = transfer.received(at)
    await transfer.stop()
    const { results, after } = await waiting
    await isGone(world)
    await undrainSite(world)
    const ok = seen.ok && results.every(({ code }) => code === 0)
    const saw = `requests moved, the transfer went on: longest pause ${duration(longestPause)}; drain --wait returned when it was over`
    const measured = { 'drain --wait returned after': duration(after), 'long transfer': 'went on' }
    return { did: 'drained west under a transfer', at, routeAt, ok, saw, measured }
  },
}

const breakTransfer: Step<AnycastWorld> = {
  title: 'where they do not, it breaks as soon as the path moves',
  mayLose: null,
  long: true,
  play: async (world) => {
    const routers = [world.lab.node('west'), world.lab.node('east')]
    for (const node of routers) await node.output(['nft', 'flush', 'ruleset'])
    const { transfer, at, waiting } = await drainUnder(world)
    const routeAt = await goesTo(world, ['east'], at)
    const broken = await transfer.breaks()
    const { results, after } = await waiting
    await isGone(world)
    await undrainSite(world)
    for (const node of routers) await node.output(['nft', '-f', '/etc/nftables.conf'])
    // The server never hears of it, and goes on sending: its connection counts until drain.time is over.
    const ok = results.some(({ code }) => code === 3)
    const saw = `it broke ${duration(broken.at - at)} after the command; drain --wait: ${results.map(lastLine).join(' ')}`
    const measured = { 'drain --wait returned after': duration(after), 'long transfer': 'broke' }
    return { did: 'let both routers forget connections, and did the same', at, routeAt, ok, saw, measured }
  },
}

function lastLine({ stdout }: ExecResult): string {
  return stdout.trim().split('\n').at(-1) ?? ''
}

/** All that is about drains, in the order of the story. */
export const drains: readonly Step<AnycastWorld>[] = [
  drain,
  undrain,
  drainForATime,
  reboot,
  keepTransfer,
  breakTransfer,
]
