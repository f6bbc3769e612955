import type { Outcome, RouteChange } from '../../../domain/target.js'
import { TargetError } from '../../../domain/target.js'
import { inWords } from '../bgp/standing.js'
import { refusal, VtyFailed } from '../vty/errors.js'
import type { Command } from './command.js'
import { editTo, type Edit } from './edit.js'
import { heldFor, type Held, type Holding, type Holdings } from './held.js'
import { obstacleTo } from './obstacle.js'
import { listTimeout, type OspfDaemon } from './ospf-daemon.js'
import type { OspfConfiguration } from './running-config.js'
import { standingIn } from './standing.js'

/** Changes in one visit to the configuration: the daemon does nothing else meanwhile, hellos included. */
const chunkSize = 50

/**
 * Makes the changes in chunks, in their order. After a chunk that was not answered the rest is not tried: each would wait
 * as long, and all come back when the daemon answers.
 */
export async function applyChanges(
  daemon: OspfDaemon,
  changes: readonly RouteChange[],
  signal: AbortSignal,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = []
  for (let at = 0; at < changes.length; at += chunkSize) {
    const chunk = changes.slice(at, at + chunkSize)
    try {
      outcomes.push(...(await applyChunk(daemon, chunk, signal)))
    } catch (failed) {
      if (!(failed instanceof VtyFailed)) throw failed
      const rest: Outcome = { kind: 'failed', error: failed.error }
      return [...outcomes, ...chunk.map(() => failed.outcome), ...changes.slice(at + chunkSize).map(() => rest)]
    }
  }
  return outcomes
}

/** Removes what is left of our name when no address is ours: an earlier life did not come to its end. Throws VtyFailed. */
export async function tidy(daemon: OspfDaemon, signal: AbortSignal): Promise<void> {
  const [configuration] = await daemon.look([], 'look for leftovers', signal)
  const { dialect, area } = daemon.place
  if (standingIn(configuration, dialect).size > 0) return
  await make(daemon, editTo(new Map(), configuration, dialect, area), 'remove leftovers', signal)
}

const done: Outcome = { kind: 'done' }

/** Throws VtyFailed when the daemon did not answer. */
async function applyChunk(
  daemon: OspfDaemon,
  chunk: readonly RouteChange[],
  signal: AbortSignal,
): Promise<readonly Outcome[]> {
  const doing = inWords(chunk)
  const [configuration] = await daemon.look([], doing, signal)
  const { wanted, outcomes } = wantedAfter(daemon, chunk, configuration)
  const { dialect, area } = daemon.place
  const refused = await make(daemon, editTo(wanted, configuration, dialect, area), doing, signal)
  return chunk.map((change) => {
    const known = outcomes.get(change)
    if (known !== undefined) return known
    const one = refused.find(({ about }) => about === null || about === change.address.text)
    if (one === undefined) return done
    const error = refusal(one.answer, one.text, daemon.vty.question(inWords([change])))
    return { kind: one.closed ? 'failed' : 'unsure', error }
  })
}

/** What is to be ours after the changes; those that can't be made have their outcome already. */
function wantedAfter(
  { place }: OspfDaemon,
  chunk: readonly RouteChange[],
  configuration: OspfConfiguration,
): { readonly wanted: Holdings; readonly outcomes: ReadonlyMap<RouteChange, Outcome> } {
  const standing = standingIn(configuration, place.dialect)
  // What is not in effect now nobody has asked for in these changes: it must not come into effect by them.
  const wanted = new Map<string, Holding>([...standing].filter(([, { inEffect }]) => inEffect))
  const outcomes = new Map<RouteChange, Outcome>()
  for (const change of chunk) {
    const { address } = change
    if (change.kind === 'withdraw') {
      wanted.delete(address.text)
      continue
    }
    const held = heldFor(change.attributes)
    const error =
      unnamable(held, place.router, address.text) ?? obstacleTo(address, held, configuration, standing, place)
    if (error === null) wanted.set(address.text, { address, held })
    else outcomes.set(change, { kind: 'failed', error })
  }
  return { wanted, outcomes }
}

/** A command line ends at a blank: an interface of such a name can't be told to FRR. */
function unnamable(held: Held, router: string, address: string): TargetError | null {
  if (held.kind === 'external' || /^\S+$/.test(held.interface)) return null
  const message = `router ${router}: did not announce ${address}: FRR takes no interface called \`${held.interface}\``
  return new TargetError('rejected', message)
}

interface Refused extends Command {
  readonly answer: { readonly text: string; readonly status: number }
  /** The daemon did not let us in: nothing was changed. */
  readonly closed: boolean
}

/** What the daemon refused. Throws VtyFailed. */
async function make(
  daemon: OspfDaemon,
  { now, later }: Edit,
  doing: string,
  signal: AbortSignal,
): Promise<readonly Refused[]> {
  const refused: Refused[] = []
  for (const commands of [now, later]) {
    if (commands.length > 0) refused.push(...(await tell(daemon, commands, doing, signal)))
  }
  return refused
}

/** One visit to the configuration; what the daemon refused of it. Throws VtyFailed. */
async function tell(
  daemon: OspfDaemon,
  commands: readonly Command[],
  doing: string,
  signal: AbortSignal,
): Promise<readonly Refused[]> {
  const enter: Command = { text: 'configure terminal', about: null }
  const all = [enter, ...commands, { text: 'end', about: null }]
  const texts = all.map(({ text }) => text)
  const answers = await daemon.ask(texts, doing, listTimeout, signal)
  const refused = all.flatMap((command, at) => {
    const answer = answers[at]
    return answer === undefined || answer.status === 0 ? [] : [{ ...command, answer, closed: command === enter }]
  })
  return refused.some(({ closed }) => closed) ? refused.filter(({ closed }) => closed) : refused
}
