import type { ExecResult } from '../lab/node.js'
import { wallClock } from '../observe/clock.js'
import { waitFor } from '../observe/wait.js'
import { duration } from '../story/report.js'
import type { Step } from '../story/step.js'
import { serveTransfers, Transfer } from '../story/transfer.js'
import { answeredBy, goesTo, pathsOf } from './anycast-look.js'
import { configuration, vips, type AnycastWorld } from './anycast-world.js'

/** A drain of site west: when its first host was asked, and what `drain --wait` says on both in the end. */
interface Draining {
  readonly at: number
  readonly waiting: Promise<readonly ExecResult[]>
}

/** Drains site west as its operator would, from both hosts at the same time. */
async function drainSite({ west }: AnycastWorld): Promise<Draining> {
  const since = wallClock()
  const waiting = Promise.all(west.map((host) => host.cli(['drain', '--all', '--yes', '--wait'])))
  const asked = await Promise.all(west.map((host) => host.wasAsked(since)))
  return { at: Math.min(...asked), waiting }
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

/** When it was asked, and when the router of site west had both hosts again. */
async function undrainSite(world: AnycastWorld): Promise<{ readonly at: number; readonly routeAt: number }> {
  const since = wallClock()
  await Promise.all(world.west.map((host) => host.cli(['undrain', '--all'])))
  const asked = await Promise.all(world.west.map((host) => host.wasAsked(since)))
  return { at: Math.min(...asked), routeAt: await goesTo(world, ['west1', 'west2'], since) }
}

const drain: Step<AnycastWorld> = {
  title: 'a site is drained, and not one request is lost',
  mayLose: 0,
  play: async (world) => {
    const asked = await world.west[0].cli(['drain', '--all'])
    const { at, waiting } = await drainSite(world)
    const routeAt = await goesTo(world, ['east'], at)
    const seen = await answeredBy(world, ['east1', 'east2'])
    const results = await waiting
    const after = wallClock() - at
    await isGone(world)
    const ok = seen.ok && asked.code === 2 && results.every(({ code }) => code === 0)
    const gone = duration(wallClock() - at)
    const saw = `without --yes nothing is drained; ${seen.saw}; withdrawn and unbound after ${gone}`
    const measured = { 'drain --wait returned after': duration(after) }
    return { did: 'vipcast drain --all --yes --wait on both hosts of west', at, routeAt, ok, saw, measured }
  },
}

const undrain: Step<AnycastWorld> = {
  title: 'the drain is taken back, and not one request is lost',
  mayLose: 0,
  play: async (world) => {
    const { at, routeAt } = await undrainSite(world)
    return { did: 'vipcast undrain --all on both', at, routeAt, ...(await answeredBy(world, ['west1', 'west2'])) }
  },
}

const drainForATime: Step<AnycastWorld> = {
  title: 'a drain for a time ends by itself, and not one request is lost',
  mayLose: 0,
  long: true,
  play: async (world) => {
    const [host] = world.west
    const since = wallClock()
    await host.cli(['drain', 'web', '--for', '5s'])
    const at = await host.wasAsked(since)
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
    await host.configure(configuration.replace('drain: {time: 2s}', 'drain: {time: 1m}'))
    await host.cli(['reload'])
    const since = wallClock()
    await host.cli(['drain', 'web'])
    const at = await host.wasAsked(since)
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

/** Starts a long transfer from site west, and drains the site. */
async function drainUnder(world: AnycastWorld): Promise<Draining & { readonly transfer: Transfer }> {
  const transfer = await Transfer.start({ client: world.lab.node('westclient'), address: vips.ipv4 })
  return { transfer, ...(await drainSite(world)) }
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
    const results = await waiting
    const after = wallClock() - at
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
    const results = await waiting
    const after = wallClock() - at
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
