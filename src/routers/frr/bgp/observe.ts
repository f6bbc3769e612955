import { parsePrefix, type Address, hostPrefix } from '../../../domain/address.js'
import type { ForeignRoute, ObservedRoute, RouterObserved } from '../../../domain/target.js'
import { sleep, type Clock } from '../../../platform/clock.js'
import { parseJson } from '../json.js'
import type { Answer } from '../vty/answers.js'
import { listTimeout, shortTimeout, type Bgpd } from './bgpd.js'
import { showNeighbors, showTable } from './instance.js'
import { listLearned } from './learned.js'
import { readOwnPaths, readOwnPrefixes, type OwnPaths } from './paths.js'
import { attributesOfMap } from './route-map.js'
import { isOurs, type BgpConfiguration } from './running-config.js'
import { readNextHops, readSessions } from './sessions.js'

/** An observation, and what only this router's target has to know. */
export interface BgpObserved {
  readonly observed: RouterObserved
  /** Addresses whose `network` statement is the operator's, in effect or not. */
  readonly taken: ReadonlySet<string>
}

/** Addresses looked up in one question: a change waits behind 10 ms of it. */
const lookupsAtOnce = 100

/**
 * Milliseconds that bgpd takes to send what it acknowledged: 50 in its queue, and some for zebra to say that the address is
 * there. What was sent is not read before.
 */
const sendsWithin = 250
const lookAgain = 10
/** Recent changes that are asked about while waiting; they are sent together. */
const mostWatched = 20

/** Changes acknowledged lately: when, by address. */
export type Recent = ReadonlyMap<string, { readonly address: Address; readonly at: number }>

/** Lists our routes, the sessions, what each was sent, and other routes to what is sought. Throws VtyFailed. */
export async function observeBgp(
  bgpd: Bgpd,
  recent: Recent,
  sought: readonly Address[],
  clock: Clock,
  signal: AbortSignal,
): Promise<BgpObserved> {
  const { instance, pools } = bgpd
  const doing = 'read its configuration and tables'
  // One that does not even answer this is not waited for as long as for a list.
  const [version] = await bgpd.ask(['show version'], doing, shortTimeout, signal)
  await untilSent(bgpd, recent, clock, signal)
  const tables = pools.families.flatMap((family) =>
    pools.of(family).map(({ text }) => showTable(instance, family, `${text} longer-prefixes`)),
  )
  const commands = ['show running-config', showNeighbors(instance), ...tables]
  const [configured, neighbors, ...listed] = await bgpd.ask(commands, doing, listTimeout, signal)
  for (const table of listed) bgpd.expectInstance(table, doing)
  const configuration = bgpd.readConfiguration(configured ?? nothing)
  const peers = bgpd.read(doing, () => parseJson(neighbors ?? nothing))
  const hosts = new Map([...configuration.statements].map(([text, { address }]) => [text, address]))
  for (const address of bgpd.read(doing, () => ownHosts(bgpd, listed))) hosts.set(address.text, address)
  const paths = await lookUpAll(bgpd, [...hosts.values()], signal)
  const learned = { asn: instance.asn, routes: await listLearned(bgpd, sought, signal) }
  return {
    observed: {
      daemon: `bgpd ${/FRRouting (\S+)/.exec(version?.text ?? '')?.[1] ?? 'of unknown release'}`,
      routes: routesIn(configuration),
      nextHops: readNextHops(peers),
      sessions: readSessions(peers).map((session) => ({
        ...session,
        sent: new Set([...paths].flatMap(([text, { sentTo }]) => (sentTo.has(session.neighbor) ? [text] : []))),
      })),
      foreign: foreignIn(configuration, hosts, paths),
      learned,
    },
    taken: new Set([...configuration.statements].flatMap(([text, one]) => (isOurs(one) ? [] : [text]))),
  }
}

const nothing: Answer = { text: '', status: 0 }

/** Waits while bgpd works on what it was told in the last moments. Throws VtyFailed. */
async function untilSent(bgpd: Bgpd, recent: Recent, clock: Clock, signal: AbortSignal): Promise<void> {
  for (;;) {
    const fresh = [...recent.values()].filter(({ at }) => clock.now() - at < sendsWithin)
    if (fresh.length === 0) return
    const watched = fresh.slice(-mostWatched).map(({ address }) => address)
    const paths = await lookUpAll(bgpd, watched, signal)
    if (![...paths.values()].some(({ busy }) => busy)) return
    await sleep(clock, lookAgain, signal)
  }
}

function routesIn({ statements, maps }: BgpConfiguration): ReadonlyMap<string, ObservedRoute> {
  const routes = new Map<string, ObservedRoute>()
  for (const [text, statement] of statements) {
    if (!isOurs(statement)) continue
    const attributes = attributesOfMap(maps.get(statement.map ?? '') ?? [])
    routes.set(text, { address: statement.address, attributes })
  }
  return routes
}

/** Addresses of the host routes inside the pools that bgpd originates. */
function ownHosts({ pools }: Bgpd, listed: readonly Answer[]): Address[] {
  return listed.flatMap((table) =>
    [...readOwnPrefixes(parseJson(table)).keys()].flatMap((text) => {
      const prefix = parsePrefix(text)
      const address = prefix === undefined ? undefined : pools.find(prefix.network.text)
      return address !== undefined && hostPrefix(address) === prefix?.text ? [address] : []
    }),
  )
}

async function lookUpAll(
  bgpd: Bgpd,
  addresses: readonly Address[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, OwnPaths>> {
  const doing = 'read its host routes'
  const found = new Map<string, OwnPaths>()
  for (let from = 0; from < addresses.length; from += lookupsAtOnce) {
    const some = addresses.slice(from, from + lookupsAtOnce)
    const answers = await bgpd.ask(
      some.map((address) => bgpd.showHost(address)),
      doing,
      listTimeout,
      signal,
    )
    for (const [at, address] of some.entries()) {
      const answer = answers[at] ?? nothing
      bgpd.expectInstance(answer, doing)
      found.set(
        address.text,
        bgpd.read(doing, () => readOwnPaths(answer)),
      )
    }
  }
  return found
}

function foreignIn(
  { redistributes }: BgpConfiguration,
  hosts: ReadonlyMap<string, Address>,
  paths: ReadonlyMap<string, OwnPaths>,
): ReadonlyMap<string, ForeignRoute> {
  const foreign = new Map<string, ForeignRoute>()
  for (const [text, { foreign: kind, sentTo }] of paths) {
    const address = hosts.get(text)
    if (kind === null || address === undefined) continue
    const lines = kind === 'network' ? [`network ${hostPrefix(address)}`] : redistributes[address.family]
    foreign.set(text, { by: lines.map((line) => `\`${line}\``).join(', '), sentTo: [...sentTo] })
  }
  return foreign
}
