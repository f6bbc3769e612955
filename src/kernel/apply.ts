import { hostLength } from '../domain/address.js'
import { TargetError } from '../domain/target.js'
import type { AddressChange, Outcome } from '../domain/target.js'
import type { ProcessResult, ProcessRunner } from '../platform/process.js'
import type { AddressLine } from './addresses.js'
import { batchFailures, batchLine, isInterfaceName } from './batch.js'
import { badInterfaceName, changeError, notTried, programError } from './errors.js'
import { listAddresses } from './observe.js'

/** Changes in one run of `ip`: removing IPv6 addresses is quadratic, so a chunk must end well before its deadline. */
const chunkSize = 500
const done: Outcome = { kind: 'done' }

interface Means {
  readonly runner: ProcessRunner
  /** Milliseconds for one run of `ip`. */
  readonly timeout: number
  readonly signal: AbortSignal
}

/** `KernelTarget.apply`: chunk after chunk, in the order given. */
export async function applyChanges(changes: readonly AddressChange[], means: Means): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  for (let at = 0; at < changes.length; at += chunkSize) {
    outcomes.push(...(await applyChunk(changes.slice(at, at + chunkSize), means)))
  }
  return outcomes
}

async function applyChunk(chunk: readonly AddressChange[], means: Means): Promise<Outcome[]> {
  if (means.signal.aborted) return chunk.map((change) => failed(notTried(change)))
  const sound = chunk.filter((change) => isInterfaceName(change.interface))
  const outcomes = sound.length === 0 ? [] : await runBatch(sound, means)
  const bySound = new Map(sound.map((change, index) => [change, outcomes[index]]))
  return chunk.map((change) => bySound.get(change) ?? failed(badInterfaceName(change)))
}

async function runBatch(changes: readonly AddressChange[], means: Means): Promise<Outcome[]> {
  const stdin = changes.map((change) => `${batchLine(change)}\n`).join('')
  const result = await means.runner.run(['ip', '-force', '-batch', '-'], { ...means, stdin })
  const { end } = result
  if (end.kind === 'exited' && end.code === 0) return changes.map(() => done)
  const failures = batchFailures(result.stderr)
  // With -force, `ip` exits with 1 after the last line when one has failed; any other end left lines undone.
  if (end.kind === 'exited' && end.code === 1 && failures.size > 0) return await judge(changes, failures, means)
  return changes.map(() => undecided(result))
}

function undecided(result: ProcessResult): Outcome {
  const error = programError(result, 'changing addresses')
  return result.end.kind === 'spawn-failed' ? failed(error) : { kind: 'unsure', error }
}

/**
 * A line that failed may still be as wished: bound already, or gone already. The kernel words that differently in each
 * release, so the addresses are looked at instead.
 */
async function judge(
  changes: readonly AddressChange[],
  failures: ReadonlyMap<number, string>,
  means: Means,
): Promise<Outcome[]> {
  let isThere: (change: AddressChange) => boolean
  try {
    isThere = presence(await listAddresses(means.runner, means.timeout, means.signal))
  } catch (error) {
    if (!(error instanceof TargetError)) throw error
    return changes.map((_, index) => (failures.has(index) ? { kind: 'unsure', error } : done))
  }
  return changes.map((change, index) => {
    const said = failures.get(index)
    if (said === undefined) return done
    const asWished = change.kind !== 'refresh' && isThere(change) === (change.kind === 'bind')
    return asWished ? { kind: 'done', found: true } : failed(changeError(change, said))
  })
}

/**
 * Whether the address that a change is about is on its interface: for binding with any prefix length, since IPv6 takes
 * an address only once; for unbinding with the host mask, since any other was never ours.
 */
function presence(lines: readonly AddressLine[]): (change: AddressChange) => boolean {
  const held = new Set<string>()
  for (const line of lines) {
    held.add(`${line.interface} ${line.address}`)
    held.add(`${line.interface} ${line.address}/${line.length}`)
  }
  return ({ kind, address, interface: device }) => {
    const text = kind === 'unbind' ? `${address.text}/${hostLength(address.family)}` : address.text
    return held.has(`${device} ${text}`)
  }
}

function failed(error: TargetError): Outcome {
  return { kind: 'failed', error }
}
