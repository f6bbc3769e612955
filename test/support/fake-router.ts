import {
  hostPrefix,
  parseAddress,
  parsePrefix,
  prefixContains,
  type Address,
  type Prefix,
} from '../../src/domain/address.js'
import type { FittedAttributes } from '../../src/domain/attributes.js'
import type { Learned, RouteSource } from '../../src/domain/learned.js'
import {
  TargetError,
  type Hint,
  type ObservedRoute,
  type Outcome,
  type RouteChange,
  type RouterObserved,
  type RouterTarget,
  type Session,
} from '../../src/domain/target.js'

import { FakeSurroundings } from './fake-surroundings.js'

/** A session of the fake, and which of our routes its export policy keeps back. */
export interface FakeSession extends Omit<Session, 'sent'> {
  readonly rejects?: (address: Address) => boolean
}

/** How the fake treats a change; observations follow suit. */
export type Mood =
  | 'well'
  /** Nobody listens: nothing is done, every outcome is failed. */
  | 'down'
  /** Nothing is done and nothing is answered until the caller gives up: unsure. */
  | 'frozen'
  /** Everything is done and no answer gets through: unsure all the same. */
  | 'mute'

/** A small world with one routing daemon in it: our routes, other people's routes, neighbors, and trouble on demand. */
export interface FakeRouter extends RouterTarget {
  /** Every change that was asked for, in order. */
  readonly asked: readonly RouteChange[]
  /** Networks that the daemon originates, inside the pools or not: `203.0.113.53/32`. */
  originated(): string[]
  /** Somebody else adds or changes, or deletes, a route of this daemon; a network as text. */
  add(network: string, attributes?: FittedAttributes): void
  lose(network: string): void
  /** A neighbor announces a network, `192.0.2.0/24`; null: it does no more. */
  learn(network: string, source: RouteSource | null): void
  /** Puts a session there, or in another state; null takes it away. */
  session(neighbor: string, session: Omit<FakeSession, 'neighbor'> | null): void
  /** From now on changes of this address are refused with this error; null: taken again. */
  refuse(address: Address, error: TargetError | null): void
  /** `down` and back, and `frozen` and back, are told as hints; a daemon that is back from `down` has lost every route. */
  become(mood: Mood): void
}

/** `giveUp` resolves when a caller's patience with a silent daemon is over; by default only its signal ends it. */
export function createFakeRouter(
  name: string,
  pools: readonly Prefix[],
  attributesPer: RouterTarget['attributesPer'] = 'path',
  giveUp: (signal: AbortSignal) => Promise<void> = aborted,
): FakeRouter {
  /** By network. */
  const routes = new Map<string, FittedAttributes>()
  const sessions = new Map<string, FakeSession>()
  const refusals = new Map<string, TargetError>()
  const asked: RouteChange[] = []
  const surroundings = new FakeSurroundings(64500)
  const listeners = new Set<(hint: Hint) => void>()
  let mood: Mood = 'well'
  /** Errors of `down` and `frozen`, as a daemon's are: one sentence. */
  const unreachable = new TargetError('unreachable', `router ${name}: nobody listens there; start it`)
  const silent = new TargetError('timeout', `router ${name}: no answer in time; look whether it hangs`)

  const tell = (hint: Hint): void => {
    for (const listener of listeners) listener(hint)
  }
  const changed = (what: string): void => {
    if (mood === 'well') tell({ kind: 'changed', what })
  }
  const inPools = (address: Address): boolean => pools.some((pool) => prefixContains(pool, address))
  const isOurs = (network: string): boolean => {
    const prefix = parsePrefix(network)
    return prefix !== undefined && hostPrefix(prefix.network) === network && inPools(prefix.network)
  }
  const perform = (change: RouteChange): void => {
    if (change.kind === 'withdraw') routes.delete(hostPrefix(change.address))
    else routes.set(hostPrefix(change.address), asRead(change.attributes))
  }

  const applyOne = async (change: RouteChange, signal: AbortSignal): Promise<Outcome> => {
    asked.push(change)
    if (!inPools(change.address)) {
      return {
        kind: 'failed',
        error: new TargetError('rejected', `${hostPrefix(change.address)} is outside the pools`),
      }
    }
    if (signal.aborted) return { kind: 'failed', error: silent }
    if (mood === 'down') return { kind: 'failed', error: unreachable }
    const refusal = refusals.get(change.address.text) ?? nonsense(change)
    if (mood !== 'frozen' && refusal !== undefined) return { kind: 'failed', error: refusal }
    if (mood !== 'frozen') perform(change)
    if (mood === 'well') return { kind: 'done' }
    await giveUp(signal)
    return { kind: 'unsure', error: silent }
  }

  return {
    name,
    attributesPer,
    asked,
    seek: (addresses) => surroundings.seek(addresses),
    observe: async (signal) => {
      if (mood === 'down') throw unreachable
      if (mood !== 'well') await giveUp(signal)
      if (mood !== 'well' || signal.aborted) throw silent
      return observed(new Map([...routes].filter(([network]) => isOurs(network))), sessions, surroundings.learned())
    },
    apply: async (changes, signal) => {
      const outcomes: Outcome[] = []
      for (const change of changes) outcomes.push(await applyOne(change, signal))
      return outcomes
    },
    hints: (signal) =>
      fakeHints(listeners, () => (mood === 'well' ? null : mood === 'down' ? unreachable : silent), signal),
    originated: () => [...routes.keys()],
    add: (network, attributes = { bgp: {}, ospf: {} }) => {
      routes.set(network, asRead(attributes))
      if (isOurs(network)) changed(`route ${network} was changed by somebody else`)
    },
    lose: (network) => {
      if (routes.delete(network) && isOurs(network)) changed(`route ${network} was changed by somebody else`)
    },
    learn: (network, source) => {
      surroundings.learn(network, source)
      changed(`route ${network} was learned or lost`)
    },
    session: (neighbor, session) => {
      const before = sessions.get(neighbor)?.established ?? false
      if (session === null) sessions.delete(neighbor)
      else sessions.set(neighbor, { ...session, neighbor })
      if (before !== (session?.established ?? false)) changed(`session ${neighbor} is ${session?.state ?? 'gone'}`)
    },
    refuse: (address, error) => {
      if (error === null) refusals.delete(address.text)
      else refusals.set(address.text, error)
    },
    become: (next) => {
      const before = mood
      mood = next
      if (before === 'down' && next !== 'down') {
        routes.clear()
        surroundings.clear()
      }
      if (before === 'well' && next !== 'well')
        tell({ kind: 'disconnected', error: next === 'down' ? unreachable : silent })
      if (before !== 'well' && next === 'well') tell({ kind: 'connected' })
    },
  }
}

/** What a router shows of attributes: those of other protocols than its own are not there. */
function asRead({ bgp, nextHop }: FittedAttributes): FittedAttributes {
  return nextHop === undefined ? { bgp, ospf: {} } : { bgp, ospf: {}, nextHop }
}

/** Every router refuses a next hop that is no address. */
function nonsense(change: RouteChange): TargetError | undefined {
  const nextHop = change.kind === 'announce' ? change.attributes.nextHop : undefined
  if (nextHop === undefined || parseAddress(nextHop.text) !== undefined) return undefined
  return new TargetError('rejected', `could not announce ${change.address.text}: ${nextHop.text} is no address`)
}

function observed(
  held: ReadonlyMap<string, FittedAttributes>,
  sessions: ReadonlyMap<string, FakeSession>,
  learned: Learned,
): RouterObserved {
  const routes = new Map<string, ObservedRoute>()
  for (const [network, attributes] of held) {
    const address = parsePrefix(network)?.network
    if (address !== undefined) routes.set(address.text, { address, attributes })
  }
  const carried = (session: FakeSession, address: Address): boolean =>
    session.established && session.families.includes(address.family) && session.rejects?.(address) !== true
  return {
    daemon: 'fake 1.0',
    routes,
    sessions: [...sessions.values()].map((session) => {
      const { neighbor, kind, state, established, transport, families } = session
      const sent = [...routes.values()].filter(({ address }) => carried(session, address))
      return {
        neighbor,
        kind,
        state,
        established,
        transport,
        families,
        sent: new Set(sent.map(({ address }) => address.text)),
      }
    }),
    nextHops: new Map(),
    foreign: new Map(),
    learned,
  }
}

async function* fakeHints(
  listeners: Set<(hint: Hint) => void>,
  trouble: () => TargetError | null,
  signal: AbortSignal,
): AsyncGenerator<Hint> {
  const waiting: Hint[] = []
  let wake = (): void => {}
  const listener = (hint: Hint): void => {
    waiting.push(hint)
    wake()
  }
  const stop = (): void => wake()
  listeners.add(listener)
  signal.addEventListener('abort', stop)
  try {
    const error = trouble()
    waiting.push(error === null ? { kind: 'connected' } : { kind: 'disconnected', error })
    while (!signal.aborted) {
      const next = waiting.shift()
      if (next !== undefined) yield next
      else await new Promise<void>((resolve) => (wake = resolve))
    }
  } finally {
    listeners.delete(listener)
    signal.removeEventListener('abort', stop)
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
