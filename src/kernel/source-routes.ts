import type { Address, Family } from '../domain/address.js'
import { ourProtocol, type KernelRoute, type SourceRoutesTarget, type TwinChange } from '../domain/kernel-route.js'
import { TargetError, type Outcome } from '../domain/target.js'
import { backoff } from '../platform/backoff.js'
import type { ProcessRunner } from '../platform/process.js'
import { inSlices } from '../platform/slices.js'
import { batchFailures } from './batch.js'
import { programError } from './errors.js'
import { monitorHints, type MonitorSubject } from './monitor.js'
import { parseKernelRoute, routeWords } from './route-line.js'
import type { KernelOptions } from './target.js'

const families: readonly Family[] = ['ipv4', 'ipv6']
const option = { ipv4: '-4', ipv6: '-6' } as const
/** Lines read between two turns of the event loop. */
const sliceLines = 500
const attempts = 5
const reading = 'listing the routes of this host'

interface Means {
  readonly runner: ProcessRunner
  readonly timeout: number
  readonly signal: AbortSignal
}

/** Routes that choose a source, through iproute2: those of others are read, those that bear our mark are made and removed. */
export function createSourceRoutes({ runner, clock, random, timeout = 10_000 }: KernelOptions): SourceRoutesTarget {
  return {
    name: 'routes',
    observe: (signal) => listRoutes([], { runner, timeout, signal }),
    observeOurs: async (signal) => {
      const ours = await listRoutes(['proto', String(ourProtocol)], { runner, timeout, signal })
      // What all of a list have, `ip` shows of none.
      return ours.map((route) => ({ ...route, protocol: ourProtocol }))
    },
    apply: (changes, signal) => applyChanges(changes, { runner, timeout, signal }),
    release: (sources, signal) => release(sources, { runner, timeout, signal }),
    hints: (signal) =>
      monitorHints({ runner, clock, backoff: backoff(100, 10_000, random), subject: routeEvents }, signal),
  }
}

/** The main table's events, but for our own and those of the kernel's tables of addresses. */
const routeEvents: MonitorSubject = {
  argv: ['-N', '-o', 'monitor', 'route'],
  plural: 'routes',
  newsFilter: () => (line) => !/ table \d/.test(line) && !line.includes(` proto ${ourProtocol} `),
  describe: (line) => `${line.startsWith('Deleted ') ? 'gone' : 'new'}: ${line.replace(/^Deleted /, '').trim()}`,
}

async function listRoutes(which: readonly string[], means: Means): Promise<KernelRoute[]> {
  return (await Promise.all(families.map((family) => listFamily(family, which, means)))).flat()
}

/** A listing that was disturbed by a change may lack routes: it is made anew. */
async function listFamily(
  family: Family,
  which: readonly string[],
  { runner, timeout, signal }: Means,
): Promise<KernelRoute[]> {
  const argv = ['ip', option[family], '-N', '-o', 'route', 'show', 'table', 'main', ...which]
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const result = await runner.run(argv, { timeout, signal })
    if (result.stderr.includes('interrupted')) continue
    if (result.end.kind !== 'exited' || result.end.code !== 0) throw programError(result, reading)
    if (result.truncated)
      throw new TargetError(
        'unsupported',
        `${reading} gave more than can be kept: the table is too large for source address selection`,
      )
    return parseRoutes(family, result.stdout, signal)
  }
  throw new TargetError('conflict', `${reading} was disturbed by changes ${attempts} times in a row; it is tried again`)
}

async function parseRoutes(family: Family, text: string, signal: AbortSignal): Promise<KernelRoute[]> {
  const routes: KernelRoute[] = []
  for await (const lines of inSlices(text.split('\n'), sliceLines, signal))
    for (const line of lines) routes.push(...[parseKernelRoute(family, line) ?? []].flat())
  // Half a list would look like lost routes.
  if (signal.aborted) throw new TargetError('timeout', `${reading} was stopped`)
  return routes
}

async function applyChanges(changes: readonly TwinChange[], means: Means): Promise<readonly Outcome[]> {
  const outcomes = new Map<TwinChange, Outcome>()
  for (const family of families) {
    const own = changes.filter((change) => familyOf(change) === family)
    const results = await runBatch(family, own.map(batchLine), 'changing source addresses of routes', means)
    for (const [at, change] of own.entries()) outcomes.set(change, outcomeOf(change, results, at))
  }
  return changes.map((change) => outcomes.get(change) ?? { kind: 'done' })
}

function familyOf(change: TwinChange): Family {
  return change.kind === 'add' ? change.twin.family : change.route.family
}

/**
 * `add` refuses a destination and metric that somebody has taken meanwhile: it must not become another path of his route.
 */
function batchLine(change: TwinChange): string {
  if (change.kind === 'remove') return `route del table main ${routeWords(change.route, ourProtocol)}`
  const { twin } = change
  return `route ${twin.prepend ? 'prepend' : 'add'} table main ${routeWords(twin, ourProtocol)}`
}

function outcomeOf(change: TwinChange, results: ReadonlyMap<number, string> | TargetError, at: number): Outcome {
  if (results instanceof TargetError) return { kind: 'unsure', error: results }
  const said = results.get(at)
  if (said === undefined) return { kind: 'done' }
  const what =
    change.kind === 'add'
      ? `giving the route to ${change.twin.destination} the source ${change.twin.source}`
      : `removing the route with a source to ${change.route.destination}`
  // What it was planned by has changed meanwhile: the next look tells.
  return { kind: 'failed', error: new TargetError('conflict', `${what} failed: ${said}; it is looked at again`) }
}

/** What the lines that failed said, by their index; an error where the batch as a whole did not run. */
async function runBatch(
  family: Family,
  lines: readonly string[],
  doing: string,
  { runner, timeout, signal }: Means,
): Promise<ReadonlyMap<number, string> | TargetError> {
  if (lines.length === 0) return new Map()
  const stdin = lines.map((line) => `${line}\n`).join('')
  const result = await runner.run(['ip', option[family], '-force', '-batch', '-'], { timeout, signal, stdin })
  const { end, stderr } = result
  if (end.kind === 'exited' && end.code === 0) return new Map()
  const failures = batchFailures(stderr)
  return end.kind === 'exited' && failures.size > 0 ? failures : programError(result, doing)
}

/** Whatever it looks like, and without a listing of ours in between: a withdrawal waits for it. */
async function release(sources: readonly Address[], means: Means): Promise<TargetError | null> {
  const doing = `putting back the source of routes`
  const results = await Promise.all(
    families.map((family) => {
      const own = sources.filter((source) => source.family === family)
      const lines = own.map(({ text }) => `route flush table main proto ${ourProtocol} src ${text}`)
      return runBatch(family, lines, doing, means)
    }),
  )
  for (const result of results) {
    if (result instanceof TargetError) return result
    const [said] = result.values()
    if (said !== undefined) return new TargetError('busy', `${doing} failed: ${said}; it is tried again`)
  }
  return null
}
