import type { Address } from '../domain/address.js'
import type { KernelRoute, SourceRoutesTarget, Twin } from '../domain/kernel-route.js'
import type { TargetError } from '../domain/target.js'
import { partsOf, planTwins, routesTo, textOf, type KeptRoute, type Sources, type TwinPlan } from '../domain/twins.js'
import type { Clock } from '../platform/clock.js'
import { inSlices } from '../platform/slices.js'

/** Routes planned between two turns of the event loop. */
const part = 500

/** What the routes are to say, asked for when they are changed and not before. */
export interface SourcesWanted {
  readonly sources: Sources
  readonly neighbors: readonly Address[]
  readonly isOurs: (source: string | null) => boolean
}

export interface SourceRoutesOptions {
  readonly target: SourceRoutesTarget
  readonly wanted: () => SourcesWanted
  /** Milliseconds after which a route of ours that somebody removed is put back. */
  readonly patience: () => number
  readonly clock: Clock
}

/**
 * The routes of ours in the kernel, corrected by each listing. One that somebody else removed alone comes back later: who
 * deletes a route by its destination means the one behind ours, meets ours, and has to be able to delete it again.
 */
export class SourceRoutes {
  readonly #options: SourceRoutesOptions
  /** By text: since when one that stood is missing; null: it stands. */
  #standing = new Map<string, number | null>()
  #twins: readonly Twin[] = []
  #kept: readonly KeptRoute[] = []
  #releasedAt = -Infinity
  /** Changes go one after the other: what is removed must not be put back by a change that was planned before. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(options: SourceRoutesOptions) {
    this.#options = options
  }

  /** Those that are to stand. */
  get twins(): readonly Twin[] {
    return this.#twins
  }

  /** Routes of others that keep their own source. */
  get kept(): readonly KeptRoute[] {
    return this.#kept
  }

  /** Puts right what differs in a listing that began at `startedAt`. False: it is outdated, look again. Throws TargetError. */
  reconcile(routes: readonly KernelRoute[], startedAt: number, signal: AbortSignal): Promise<boolean> {
    return this.#inTurn(() => this.#correct(routes, startedAt, signal))
  }

  /** Removes every route with one of these sources; null when none is left. */
  release(sources: readonly Address[], signal: AbortSignal): Promise<TargetError | null> {
    return this.#inTurn(async () => {
      const error = await this.#options.target.release(sources, signal)
      this.#releasedAt = this.#options.clock.now()
      this.#standing.clear()
      return error
    })
  }

  async #correct(routes: readonly KernelRoute[], startedAt: number, signal: AbortSignal): Promise<boolean> {
    if (startedAt <= this.#releasedAt) return false
    const { target, wanted } = this.#options
    const { changes, twins, kept } = await planned(routes, wanted(), signal)
    if (signal.aborted) return true
    this.#twins = twins
    this.#kept = kept
    const missing = new Set(changes.flatMap((change) => (change.kind === 'add' ? textOf(change.twin) : [])))
    this.#standing = this.#noted(twins, missing)
    const due = changes.filter((change) => change.kind === 'remove' || !this.#waits(textOf(change.twin)))
    if (due.length === 0) return true
    const outcomes = await target.apply(due, signal)
    for (const [at, change] of due.entries()) {
      if (change.kind === 'add' && outcomes[at]?.kind === 'done') this.#standing.set(textOf(change.twin), null)
      else if (change.kind === 'add') this.#standing.delete(textOf(change.twin))
    }
    const failed = outcomes.find((outcome) => outcome.kind !== 'done')
    if (failed !== undefined) throw failed.error
    return true
  }

  /** What stood and is missing, is missing since now. */
  #noted(twins: readonly Twin[], missing: ReadonlySet<string>): Map<string, number | null> {
    const now = this.#options.clock.now()
    const noted = new Map<string, number | null>()
    for (const text of twins.map(textOf)) {
      const before = this.#standing.get(text)
      if (!missing.has(text)) noted.set(text, null)
      else if (before !== undefined) noted.set(text, before ?? now)
    }
    return noted
  }

  #waits(text: string): boolean {
    const since = this.#standing.get(text) ?? null
    return since !== null && this.#options.clock.now() - since < this.#options.patience()
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work)
    // A change that failed is told to who asked for it; those that follow go on.
    this.#turn = done.catch(() => {})
    return done
  }
}

async function planned(
  routes: readonly KernelRoute[],
  { sources, neighbors, isOurs }: SourcesWanted,
  signal: AbortSignal,
): Promise<TwinPlan> {
  const toNeighbors = routesTo(neighbors, routes)
  const plans: TwinPlan[] = []
  for await (const parts of inSlices(partsOf(routes, part), 1, signal))
    plans.push(...parts.map((some) => planTwins(some, sources, toNeighbors, isOurs)))
  return {
    changes: plans.flatMap(({ changes }) => changes),
    twins: plans.flatMap(({ twins }) => twins),
    kept: plans.flatMap(({ kept }) => kept),
  }
}
