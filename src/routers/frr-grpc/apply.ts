import type { Address } from '../../domain/address.js'
import type { Outcome, RouteChange } from '../../domain/target.js'
import type { Api } from './api.js'
import { CallFailed } from './errors.js'
import { addressesIn, editFor } from './gate.js'
import type { Pictures } from './pictures.js'

/** Changes in one transaction: bgpd does nothing else for the 0.2 s that this many take. */
const chunkSize = 1_000

/** One transaction for each chunk. After one that failed the rest is not tried: it would fail, or wait, for the same cause. */
export async function applyChanges(
  api: Api,
  changes: readonly RouteChange[],
  pictures: Pictures,
  signal: AbortSignal,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = []
  for (let at = 0; at < changes.length; at += chunkSize) {
    const chunk = changes.slice(at, at + chunkSize)
    const outcome = await attempt(api, chunk, pictures, signal)
    outcomes.push(...chunk.map(() => outcome))
    if (outcome.kind === 'done') continue
    const notTried: Outcome = { kind: 'failed', error: outcome.error }
    return [...outcomes, ...changes.slice(outcomes.length).map(() => notTried)]
  }
  return outcomes
}

async function attempt(
  api: Api,
  chunk: readonly RouteChange[],
  pictures: Pictures,
  signal: AbortSignal,
): Promise<Outcome> {
  try {
    await api.transaction(signal, async (gate, commit) => {
      const held = new Set(addressesIn(gate).keys())
      pictures.take(new Set(held))
      const wanted = lastWords(chunk)
      const edit = editFor(gate, wanted)
      // From here on nobody knows what a look shows.
      pictures.forget()
      if (edit !== undefined) await commit(edit, `make ${chunk.length} changes`)
      for (const [{ text }, open] of wanted) {
        if (open) held.add(text)
        else held.delete(text)
      }
      pictures.told(held)
    })
    return { kind: 'done' }
  } catch (failed) {
    if (failed instanceof CallFailed) return failed.outcome
    throw failed
  }
}

/** By address what is asked for last: within a transaction nothing comes before anything. */
function lastWords(changes: readonly RouteChange[]): ReadonlyMap<Address, boolean> {
  const byText = new Map(changes.map((change) => [change.address.text, change]))
  return new Map([...byText.values()].map(({ kind, address }) => [address, kind === 'announce']))
}
