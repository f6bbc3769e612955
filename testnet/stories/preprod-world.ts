import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Lab } from '../lab/lab.js'
import type { NodeProcess } from '../lab/process.js'
import { wallClock } from '../observe/clock.js'
import { followRoutes, type RouteEvents } from '../observe/route-events.js'
import { waitFor } from '../observe/wait.js'
import { Host, type Daemon } from '../story/host.js'
import type { World } from '../story/story.js'
import { tally, Traffic } from '../story/traffic.js'

export const shop = '192.0.2.10'
export const hostRoute = `${shop}/32`
export const url = `http://${shop}:8080/`

/** By whom core reaches the host route: the pre-production box itself, or production's router. */
export const viaPreprod = '203.0.113.3'
export const viaEdge = '203.0.113.1'

const hasty = 'interval: 200ms, timeout: 150ms'
const patient = 'interval: 2s, timeout: 2s, fastInterval: 100ms'

/** The lab of the story and what is measured in it. */
export interface PreprodWorld extends World {
  readonly preprod: Host
  readonly insider: Host
  readonly routes: RouteEvents
  /** preprod-override.yaml; of its check only that it waits longer for an answer: machines that run stories are busy. */
  readonly example: string
  readonly running: { service?: NodeProcess; daemon?: Daemon; insider?: Daemon }
}

/** Production answers, and preprod has learned production's network; vipcast and its services are started by the steps. */
export async function openWorld(lab: Lab): Promise<PreprodWorld> {
  const file = new URL('../../../test/fixtures/examples/preprod-override.yaml', import.meta.url)
  const example = (await readFile(fileURLToPath(file), 'utf8')).replace(hasty, patient)
  const [preprod, insider] = [new Host(lab.node('preprod')), new Host(lab.node('insider'))]
  const client = lab.node('client')
  await new Host(lab.node('production')).startService()
  await waitFor(async () => (await preprod.gobgp('global', 'rib')).includes('192.0.2.0/24'), {
    what: 'preprod learns the network of production',
    explain: () => lab.explain(),
  })
  await waitFor(async () => (await client.exec(['curl', '-s', '-m', '1', url])).stdout.trim() === 'production', {
    what: 'production answers the client',
    explain: () => lab.explain(),
  })
  const routes = await followRoutes(lab.node('core'))
  return { lab, preprod, insider, routes, example, traffic: new Traffic(), running: {} }
}

/** When core's kernel got the host route by that way, or with null lost it, at `since` or later. */
export async function diverted(
  { routes }: PreprodWorld,
  via: string | null,
  since: number,
  timeoutMs = 15_000,
): Promise<number> {
  const fits = ({ at, prefix, nextHops }: RouteEvents['all'][number]): boolean =>
    at >= since && prefix === hostRoute && (via === null ? nextHops.length === 0 : nextHops[0]?.via === via)
  const where = via === null ? 'is gone from core' : `goes to ${via}`
  return (await routes.waitFor(fits, { what: `${hostRoute} ${where}`, timeoutMs })).at
}

/** Waits until a host shows this reason. */
export async function shows(host: Host, reason: string): Promise<void> {
  await waitFor(async () => (await host.status()).vips[0]?.reason === reason, {
    what: `${host.node.name} shows ${reason}`,
    intervalMs: 50,
    explain: async () => (await host.cli(['explain', 'shop'])).stdout,
  })
}

/** Who answered a client for a moment from now on. */
export async function answeredBy({ traffic }: PreprodWorld, client = 'client'): Promise<string> {
  const from = wallClock()
  await waitFor(() => wallClock() > from + 200, { what: 'some requests are sent' })
  const requests = (await traffic.sentBetween(from, from + 200)).filter((one) => one.client === client)
  return Object.keys(tally(requests).byHost).join(' and ') || 'nobody'
}

/** The operator's command, which must succeed. */
export async function rearm(host: Host): Promise<void> {
  const { code, stderr } = await host.cli(['rearm', 'shop'])
  if (code !== 0) throw new Error(`rearm: exit ${code}, ${stderr}`)
}
