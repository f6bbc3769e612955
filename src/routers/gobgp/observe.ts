import type { MessageInitShape } from '@bufbuild/protobuf'
import type { CallOptions } from '@connectrpc/connect'
import type { Address, Family } from '../../domain/address.js'
import type { Learned, LearnedRoute } from '../../domain/learned.js'
import type { ObservedRoute, RouterObserved, Session } from '../../domain/target.js'
import type { ListPathRequestSchema, Path } from '../../gen/gobgp/messages_pb.js'
import { unaryTimeout, type Api, type Speaker } from './api.js'
import { decodeAttributes, unicast } from './attributes.js'
import type { Generation } from './generation.js'
import { listLearned } from './learned.js'
import { hostOfPrefix, isLocal } from './path.js'
import type { PoolSet } from '../common/pool-set.js'
import { decodeSession, type SessionFound } from './sessions.js'

/** Milliseconds for a list: 3.10 needs one second for 10,000 routes of an idle daemon. */
const listTimeout = 20_000

/**
 * gobgpd answers a list in the loop that makes changes, so a withdrawal waits behind it. These keep that to some tens of
 * milliseconds where much was learned. Measured with 3.10: listing what lies inside a prefix goes through the whole table
 * of the family, 2.3 µs a route, where a lookup of one address takes 10 µs (IPv6 pools hold too many for that); and to
 * say what a neighbor was sent, the export policy runs over the whole table, 10 µs a route.
 */
const mostLookups = 1_024
const mostLearned = 5_000

const byNumber = new Intl.Collator('en', { numeric: true })

/** Lists our routes, the sessions, what each was sent, and other routes to what is sought. Throws CallFailed. */
export async function observeRouter(
  api: Api,
  pools: PoolSet,
  sought: readonly Address[],
  signal: AbortSignal,
): Promise<RouterObserved> {
  const { generation, asn } = await api.identify(signal)
  const routes = await listRoutes(api, pools, signal)
  const found = await listSessions(api, signal)
  const affordable = found.reduce((count, { learned }) => count + learned, 0) <= mostLearned
  const sessions: Session[] = []
  for (const one of found) {
    const readable = affordable || !one.session.established
    sessions.push({ ...one.session, sent: readable ? await listSent(api, one, pools, signal) : null })
  }
  const nextHops = new Map(found.map((one) => [one.session.neighbor, one.nextHops]))
  const learned: Learned = { asn, routes: await listAllLearned(api, sought, signal) }
  // What it originates inside the pools is ours, whoever made it.
  return { daemon: `gobgpd ${generation.release}`, routes, sessions, nextHops, foreign: new Map(), learned }
}

async function listAllLearned(
  api: Api,
  sought: readonly Address[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, readonly LearnedRoute[]>> {
  const found = new Map<string, readonly LearnedRoute[]>()
  for (const address of sought) found.set(address.text, await listLearned(api, address, signal))
  return found
}

async function listRoutes(api: Api, pools: PoolSet, signal: AbortSignal): Promise<ReadonlyMap<string, ObservedRoute>> {
  const routes = new Map<string, ObservedRoute>()
  for (const family of pools.families) {
    const doing = `list the ${family} routes`
    await api.call(doing, listTimeout, signal, async (speaker, options) => {
      const { generation } = speaker
      const request = { tableType: generation.table.global, ...inside(pools, family, generation) }
      for await (const { address, path } of ownPaths(speaker, request, pools, options)) {
        routes.set(address.text, { address, attributes: decodeAttributes(generation, path.pattrs) })
      }
    })
  }
  return routes
}

function listSessions(api: Api, signal: AbortSignal): Promise<SessionFound[]> {
  return api.call('list the sessions', unaryTimeout, signal, async ({ client, generation, asn }, options) => {
    const found: SessionFound[] = []
    for await (const { peer } of client.listPeer({}, options)) {
      if (peer !== undefined) found.push(decodeSession(generation, peer, asn))
    }
    // gobgpd lists them in another order each time (a map of Go's): what people read must not jump.
    return found.sort((a, b) => byNumber.compare(a.session.neighbor, b.session.neighbor))
  })
}

/** The adj-RIB-out of one neighbor: gobgpd computes it anew, its export policy applied. */
async function listSent(
  api: Api,
  { session, key }: SessionFound,
  pools: PoolSet,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const sent = new Set<string>()
  if (!session.established) return sent
  for (const family of pools.families.filter((one) => session.families.includes(one))) {
    const doing = `list the ${family} routes sent to ${session.neighbor}`
    await api.call(doing, listTimeout, signal, async (speaker, options) => {
      const { generation } = speaker
      const table = { tableType: generation.table.adjOut, name: key, enableOnlyBinary: true }
      const request = { ...table, ...inside(pools, family, generation) }
      for await (const { address } of ownPaths(speaker, request, pools, options)) sent.add(address.text)
    })
  }
  return sent
}

type ListRequest = MessageInitShape<typeof ListPathRequestSchema>

/** Which paths are wanted: the daemon picks them, since it may hold a full table. */
function inside(pools: PoolSet, family: Family, { lookup }: Generation): ListRequest {
  const hosts = family === 'ipv4' ? pools.ipv4Hosts(mostLookups) : undefined
  const prefixes =
    hosts?.map((prefix) => ({ prefix, type: lookup.exact })) ??
    pools.of(family).map(({ text }) => ({ prefix: text, type: lookup.longer }))
  return { family: unicast[family], prefixes }
}

/** The host routes inside the pools that the daemon originates itself, each with its path. */
async function* ownPaths(
  { client }: Speaker,
  request: ListRequest,
  pools: PoolSet,
  options: CallOptions,
): AsyncIterable<{ readonly address: Address; readonly path: Path }> {
  for await (const { destination } of client.listPath(request, options)) {
    const path = destination?.paths.find(isLocal)
    const text = path === undefined ? undefined : hostOfPrefix(destination?.prefix ?? '')
    const address = text === undefined ? undefined : pools.find(text)
    if (path !== undefined && address !== undefined) yield { address, path }
  }
}
