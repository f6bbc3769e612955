import type { Address, Family } from '../../domain/address.js'
import type { FittedAttributes } from '../../domain/attributes.js'
import type { Learned } from '../../domain/learned.js'
import type { Protocol } from '../../domain/protocol.js'
import type {
  ForeignRoute,
  Hint,
  ObservedRoute,
  Outcome,
  RouteChange,
  RouterObserved,
  RouterTarget,
} from '../../domain/target.js'
import type { Clock } from '../../platform/clock.js'
import { HintBox } from '../common/hint-box.js'

/** One daemon of FRR, and what it carries. */
export interface Part {
  readonly target: RouterTarget
  readonly protocol: Protocol
  readonly families: readonly Family[]
}

/**
 * The daemons of one FRR as one router: a route is announced when all of them that carry its family have it, and gone when
 * none has. None waits for another.
 */
export class DaemonsTarget implements RouterTarget {
  readonly attributesPer = 'path'

  constructor(
    readonly name: string,
    private readonly parts: readonly Part[],
    private readonly clock: Clock,
  ) {}

  seek(addresses: readonly Address[]): void {
    for (const { target } of this.parts) target.seek(addresses)
  }

  /** One that does not answer makes the whole unknown: what it holds must not be forgotten. */
  async observe(signal: AbortSignal): Promise<RouterObserved> {
    const seen = await Promise.all(
      this.parts.map(async (part) => ({ part, observed: await part.target.observe(signal) })),
    )
    const texts = new Set(seen.flatMap(({ observed }) => [...observed.routes.keys()]))
    const routes = [...texts].flatMap((text): (readonly [string, ObservedRoute])[] => {
      const [first] = seen.flatMap(({ observed }) => observed.routes.get(text) ?? [])
      if (first === undefined) return []
      const { address } = first
      const carrying = seen.filter(({ part }) => part.families.includes(address.family))
      const found = carrying.map(({ observed }) => observed.routes.get(text)?.attributes ?? null)
      return [[text, { address, attributes: found.reduce(merged) }]]
    })
    return {
      daemon: seen.map(({ observed }) => observed.daemon).join(', '),
      routes: new Map(routes),
      sessions: seen.flatMap(({ observed }) => observed.sessions),
      nextHops: new Map(seen.flatMap(({ observed }) => [...observed.nextHops])),
      foreign: seen.map(({ observed }) => observed.foreign).reduce(joined, new Map()),
      learned: seen.map(({ observed }) => observed.learned).reduce(learnedTogether),
    }
  }

  async apply(changes: readonly RouteChange[], signal: AbortSignal): Promise<readonly Outcome[]> {
    const outcomes = new Map<RouteChange, Outcome[]>()
    await Promise.all(
      this.parts.map(async ({ target, protocol, families }) => {
        const own = changes.filter(({ address }) => families.includes(address.family))
        if (own.length === 0) return
        const made = await target.apply(
          own.map((change) => onlyFor(protocol, change)),
          signal,
        )
        for (const [at, change] of own.entries()) {
          const outcome = made[at]
          if (outcome !== undefined) outcomes.set(change, [...(outcomes.get(change) ?? []), outcome])
        }
      }),
    )
    return changes.map((change) => together(outcomes.get(change) ?? []))
  }

  async *hints(signal: AbortSignal): AsyncIterable<Hint> {
    const own = new AbortController()
    const stop = (): void => own.abort()
    signal.addEventListener('abort', stop)
    if (signal.aborted) stop()
    const box = new HintBox(this.clock)
    const readers = this.parts.map(({ target }) => passOn(target.hints(own.signal), box))
    // A fault of ours must reach the reader as well, not wait until it leaves.
    for (const reader of readers) reader.catch(stop)
    try {
      yield* box.read(own.signal)
    } finally {
      stop()
      signal.removeEventListener('abort', stop)
      await Promise.all(readers)
    }
  }
}

async function passOn(hints: AsyncIterable<Hint>, box: HintBox): Promise<void> {
  for await (const hint of hints) {
    if (hint.kind === 'connected') box.connected()
    else if (hint.kind === 'disconnected') box.disconnected(hint.error)
    else box.changed(hint.what)
  }
}

function onlyFor(protocol: Protocol, change: RouteChange): RouteChange {
  if (change.kind === 'withdraw') return change
  const { bgp, ospf, nextHop, interface: on } = change.attributes
  const attributes: FittedAttributes =
    protocol === 'bgp'
      ? { bgp, ospf: {}, ...(nextHop !== undefined && { nextHop }) }
      : { bgp: {}, ospf, ...(on !== undefined && { interface: on }) }
  return { ...change, attributes }
}

/** What some have and others lack can't be told: it is announced anew, and withdrawn all the same. */
function merged(a: FittedAttributes | null, b: FittedAttributes | null): FittedAttributes | null {
  if (a === null || b === null) return null
  return { ...a, ...b, bgp: { ...a.bgp, ...b.bgp }, ospf: { ...a.ospf, ...b.ospf } }
}

function joined(
  a: ReadonlyMap<string, ForeignRoute>,
  b: ReadonlyMap<string, ForeignRoute>,
): ReadonlyMap<string, ForeignRoute> {
  const all = new Map(a)
  for (const [text, { by, sentTo }] of b) {
    const before = all.get(text)
    all.set(
      text,
      before === undefined ? { by, sentTo } : { by: `${before.by}, ${by}`, sentTo: [...before.sentTo, ...sentTo] },
    )
  }
  return all
}

/** What each of them learned. */
function learnedTogether(a: Learned | null, b: Learned | null): Learned | null {
  if (a === null || b === null) return a ?? b
  const routes = new Map(a.routes)
  for (const [text, found] of b.routes) routes.set(text, [...(routes.get(text) ?? []), ...found])
  return { asn: a.asn ?? b.asn, routes }
}

/** Done by some and not by others is neither: nobody may take it for absent, or for present. */
function together(outcomes: readonly Outcome[]): Outcome {
  const bad = outcomes.flatMap((outcome) => (outcome.kind === 'done' ? [] : [outcome]))
  const [worst] = [...bad.filter(({ kind }) => kind === 'unsure'), ...bad]
  if (worst === undefined) return { kind: 'done' }
  return { kind: bad.length < outcomes.length ? 'unsure' : worst.kind, error: worst.error }
}
