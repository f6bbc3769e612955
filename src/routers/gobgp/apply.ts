import type { RouteChange, Outcome, TargetError } from '../../domain/target.js'
import { CallFailed, unaryTimeout, type Api } from './api.js'
import { failedOutcome } from './errors.js'
import { pathOf } from './path.js'

/** Paths in one message: 10,000 routes take 0.3 s so, and a change that waits for its turn waits a few milliseconds. */
const chunkSize = 500

/** Milliseconds that one more path of a chunk may take. */
const timeoutPerPath = 5

/**
 * Makes the changes in chunks, in their order. A chunk that the daemon refused was refused for one of its changes, so each
 * is tried alone. After a chunk that was not answered the rest is not tried: each would wait as long, and all
 * come back when the daemon answers.
 */
export async function applyChanges(
  api: Api,
  changes: readonly RouteChange[],
  signal: AbortSignal,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = []
  for (let at = 0; at < changes.length; at += chunkSize) {
    outcomes.push(...(await applyChunk(api, changes.slice(at, at + chunkSize), signal)))
    const silent = silence(outcomes)
    if (silent !== undefined) return [...outcomes, ...notTried(changes.length - outcomes.length, silent)]
  }
  return outcomes
}

async function applyChunk(api: Api, chunk: readonly RouteChange[], signal: AbortSignal): Promise<readonly Outcome[]> {
  const only = chunk.length === 1 ? chunk[0] : undefined
  const outcome = only === undefined ? await applyStream(api, chunk, signal) : await applyOne(api, only, signal)
  if (outcome.kind === 'done' || outcome.error.code !== 'rejected') return chunk.map(() => outcome)
  // A gobgpd that has just started refuses everything until its BGP is configured, in the same words.
  const idle = await attempt(() => api.identify(signal))
  if (idle.kind !== 'done') return chunk.map(() => idle)
  return only === undefined ? await applySingly(api, chunk, signal) : [outcome]
}

async function applySingly(api: Api, chunk: readonly RouteChange[], signal: AbortSignal): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = []
  for (const change of chunk) {
    outcomes.push(await applyOne(api, change, signal))
    const silent = silence(outcomes)
    if (silent !== undefined) return [...outcomes, ...notTried(chunk.length - outcomes.length, silent)]
  }
  return outcomes
}

function applyOne(api: Api, change: RouteChange, signal: AbortSignal): Promise<Outcome> {
  return attempt(() =>
    api.call(`${change.kind} ${change.address.text}`, unaryTimeout, signal, ({ generation, asn, client }, options) => {
      const request = { tableType: generation.table.global, path: pathOf(generation, change, asn) }
      return change.kind === 'announce' ? client.addPath(request, options) : client.deletePath(request, options)
    }),
  )
}

function applyStream(api: Api, chunk: readonly RouteChange[], signal: AbortSignal): Promise<Outcome> {
  const timeout = unaryTimeout + chunk.length * timeoutPerPath
  return attempt(() =>
    api.call(`change ${chunk.length} routes`, timeout, signal, ({ generation, asn, client }, options) => {
      const paths = chunk.map((change) => pathOf(generation, change, asn))
      return client.addPathStream(once({ tableType: generation.table.global, paths }), options)
    }),
  )
}

async function attempt(call: () => Promise<unknown>): Promise<Outcome> {
  try {
    await call()
    return { kind: 'done' }
  } catch (error) {
    if (error instanceof CallFailed) return failedOutcome(error.failure)
    throw error
  }
}

/** The last error, when it was a deadline. */
function silence(outcomes: readonly Outcome[]): TargetError | undefined {
  const last = outcomes.at(-1)
  return last !== undefined && last.kind !== 'done' && last.error.code === 'timeout' ? last.error : undefined
}

function notTried(count: number, error: TargetError): Outcome[] {
  return Array.from({ length: count }, () => ({ kind: 'failed', error }))
}

async function* once<T>(message: T): AsyncIterable<T> {
  yield message
}
