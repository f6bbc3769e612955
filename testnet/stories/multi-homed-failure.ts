import { wallClock } from '../observe/clock.js'
import { duration } from '../story/report.js'
import type { Outcome } from '../story/step.js'
import { tally, type Request } from '../story/traffic.js'
import type { Transfer } from '../story/transfer.js'
import { openTransfers, stopTransfers, type Transfers } from './multi-homed-transfers.js'
import { bothWays, pathsOf, shopVips, urlsOf, type MultiHomedWorld, type Server } from './multi-homed-world.js'

/** Something that fails at r1, or at the NICs that are there. */
export interface Failure {
  readonly did: string
  readonly cut: (world: MultiHomedWorld) => Promise<void>
  readonly mend: (world: MultiHomedWorld) => Promise<void>
  /** Servers whose transfers from VIPs break as well. */
  readonly breaks: readonly string[]
  /** Milliseconds without a byte after which the clients of transfers that must break give up. */
  readonly patience: number
}

/** Of those that must go on: most programs wait longer. */
const usualPatience = 10_000

/**
 * Opens transfers that go through r1, lets it fail, and looks how each goes on: clients of the VIPs must notice nothing but a
 * pause, those of the NIC's own address must be cut off.
 */
export async function whileItFails(world: MultiHomedWorld, failure: Failure): Promise<Outcome> {
  const { did, cut, mend, breaks, patience } = failure
  await bothWays(world)
  const transfers = await Promise.all(
    world.servers.map((server) => {
      const vips = breaks.includes(server.name) ? patience : usualPatience
      return openTransfers(world, server, { vips, own: patience })
    }),
  )
  const at = wallClock()
  await cut(world)
  const routeAt = await pathsOf(world, shopVips(world), 1, at)
  await Promise.all(transfers.map((each) => decided(each, breaks)))
  const to = wallClock()
  const pauses = transfers.map((each) => [each.server.name, pausesOf(each, at, to)] as const)
  await mend(world)
  await Promise.all(transfers.map(stopTransfers))
  const requests = await world.traffic.sentBetween(at, to)
  return {
    did,
    at,
    routeAt,
    ok: true,
    saw: `from VIPs: ${pauses.map((pair) => pair.join(' ')).join('; ')}; from the address of the NIC: broken`,
    measured: Object.fromEntries([
      ...pauses.map(([name, pause]) => [`${name}: longest pause`, pause]),
      ...world.servers.map((server) => [`${server.name}: lost`, lostOf(requests, server)]),
      ['the NIC\u2019s own address', 'broken'],
    ]),
  }
}

/** Waits until each transfer of a server went on or broke, as it must; throws when one does the other. */
async function decided({ server, ipv4, ipv6, own }: Transfers, breaks: readonly string[]): Promise<void> {
  await own.breaks()
  const vips = [ipv4, ipv6]
  if (breaks.includes(server.name)) await Promise.all(vips.map((transfer) => transfer.breaks()))
  else await Promise.all(vips.map((transfer) => transfer.goesOn()))
}

function pausesOf({ ipv4, ipv6 }: Transfers, from: number, to: number): string {
  const pause = (transfer: Transfer): string =>
    transfer.broken === undefined ? duration(transfer.received(from, to).longestPause) : 'broken'
  return `IPv4 ${pause(ipv4)}, IPv6 ${pause(ipv6)}`
}

function lostOf(requests: readonly Request[], { shop }: Server): string {
  const urls = urlsOf(shop)
  const sent = requests.filter(({ url }) => urls.includes(url))
  return `${tally(sent).lost} of ${sent.length}`
}
