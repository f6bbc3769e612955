import { readFile } from 'node:fs/promises'
import { TargetError } from '../../../domain/target.js'
import { sleep } from '../../../platform/clock.js'
import { packageFile } from '../../../platform/package-file.js'
import { describeEnd } from '../../../platform/process.js'
import type { RunningProcess } from '../../../platform/process.js'
import { clearSocket, readyNeighbor, speakerPaths, writeConfig } from './files.js'
import { linkNeighbors, linkProblem, wakeNeighbors } from './links.js'
import type { NeighborCounts } from './links.js'
import { parseLogLine } from './log.js'
import { askRelease } from './release.js'
import type { Release } from './release.js'
import { renderConfig } from './render.js'
import type { ReadyNeighbor } from './render.js'
import type { ManagedSpeakerOptions, Report } from './types.js'

/** How often a link without a neighbor is looked at again, in milliseconds. */
const linkPoll = 1000
/** Milliseconds for gobgpd to say goodbye to its neighbors. */
const stopGrace = 2000

export interface LifeEnd {
  readonly kind: 'exited' | 'cannot-start'
  readonly error: TargetError
}

/** From preparing a gobgpd to its end; undefined when it ended because the signal aborted. Throws TargetError. */
export async function oneLife(
  options: ManagedSpeakerOptions,
  signal: AbortSignal,
  report: Report,
): Promise<LifeEnd | undefined> {
  const { name, runDir, runner } = options
  const release = await askRelease(runner, signal)
  const neighbors = await prepare(options, release)
  await clearSocket(speakerPaths(runDir, name))
  const waiting = await configure(options, neighbors, await countNeighbors(options, signal))
  for (const [device, error] of waiting) report({ kind: 'left-out', interface: device, error })

  const running = runner.start(commandLine(options, release), {
    signal,
    // A goodbye ends graceful restart at the neighbor (RFC 4724 section 4): routes to be kept need a silent end.
    stop: options.keepRoutesFor === null ? { signal: 'SIGTERM', grace: stopGrace } : { signal: 'SIGKILL', grace: 0 },
  })
  if (running.pid !== undefined) report({ kind: 'started', version: release.version, pid: running.pid })
  const life = new AbortController()
  const links = addLinks({ options, neighbors, running, report }, waiting, AbortSignal.any([signal, life.signal]))
  const lastError = await follow(running, report)
  const { end, stderr } = await running.ended
  life.abort()
  await links
  if (end.kind === 'aborted') return undefined
  const message = `router ${name}: gobgpd ${describeEnd(end, panicLine(stderr) ?? lastError ?? stderr)}`
  return { kind: running.pid === undefined ? 'cannot-start' : 'exited', error: new TargetError('unreachable', message) }
}

/** Reads what a start needs. Throws TargetError. */
async function prepare({ speaker }: ManagedSpeakerOptions, release: Release): Promise<ReadyNeighbor[]> {
  if (!release.hasBfd && speaker.neighbors.some((neighbor) => neighbor.bfd)) {
    const message = `gobgpd ${release.version} has no BFD, which came with 4.6: install a newer one, or remove \`bfd\``
    throw new TargetError('unsupported', message)
  }
  return await Promise.all(speaker.neighbors.map(readyNeighbor))
}

function countNeighbors({ speaker, runner }: ManagedSpeakerOptions, signal: AbortSignal): Promise<NeighborCounts> {
  const asks = speaker.neighbors.some(({ peer }) => peer.kind === 'interface')
  return asks ? linkNeighbors(runner, signal) : Promise.resolve(new Map())
}

/** Interfaces that are left out, and why. */
type Waiting = ReadonlyMap<string, TargetError>

/** Writes the configuration with the sessions that can be opened now, and returns the others. */
async function configure(
  { name, runDir, speaker, pools, keepRoutesFor }: ManagedSpeakerOptions,
  neighbors: readonly ReadyNeighbor[],
  counts: NeighborCounts,
): Promise<Waiting> {
  const waiting = new Map<string, TargetError>()
  const ready = neighbors.filter(({ neighbor: { peer } }) => {
    const problem = peer.kind === 'interface' ? linkProblem(peer.interface, counts) : undefined
    if (peer.kind === 'interface' && problem !== undefined) waiting.set(peer.interface, problem)
    return problem === undefined
  })
  const template = await readFile(packageFile('gobgp-config/managed.toml.template'), 'utf8')
  const text = renderConfig(template, { speaker, neighbors: ready, pools, keepRoutesFor })
  await writeConfig(speakerPaths(runDir, name), text)
  return waiting
}

function commandLine({ runDir, name, keepRoutesFor }: ManagedSpeakerOptions, release: Release): string[] {
  const { config, socket } = speakerPaths(runDir, name)
  return [
    'gobgpd',
    '--config-type=toml',
    `--config-file=${config}`,
    `--api-hosts=unix://${socket}`,
    '--pprof-disable',
    ...(release.hasMetrics ? ['--metrics-path='] : []),
    // Without it, neighbors that kept our routes drop them when the session is back, before the routes are.
    ...(keepRoutesFor === null ? [] : ['--graceful-restart']),
  ]
}

interface LinkMeans {
  readonly options: ManagedSpeakerOptions
  readonly neighbors: readonly ReadyNeighbor[]
  readonly running: RunningProcess
  readonly report: Report
}

/**
 * Adds the session of each interface once its neighbor is there. gobgpd would not start at all while one is missing, and
 * a dead link at boot would cost the sessions of the others. A reload leaves running sessions as they are.
 */
async function addLinks(means: LinkMeans, atStart: Waiting, signal: AbortSignal): Promise<void> {
  const { options, neighbors, running, report } = means
  let waiting = atStart
  while (waiting.size > 0) {
    await sleep(options.clock, linkPoll, signal)
    if (signal.aborted) return
    try {
      await wakeNeighbors(options.runner, waiting.keys(), signal)
      const counts = await linkNeighbors(options.runner, signal)
      if (!canReload(neighbors, waiting, counts)) continue
      const still = await configure(options, neighbors, counts)
      running.kill('SIGHUP')
      for (const device of waiting.keys()) if (!still.has(device)) report({ kind: 'added', interface: device })
      waiting = still
    } catch (error) {
      if (!(error instanceof TargetError)) throw error
      if (!signal.aborted) report({ kind: 'said', level: 'warn', text: error.message })
    }
  }
}

/**
 * One that waits is there, and all that were added still are: one that went would be removed by the reload, and one with
 * a second neighbor would make gobgpd refuse it.
 */
function canReload(neighbors: readonly ReadyNeighbor[], waiting: Waiting, counts: NeighborCounts): boolean {
  const devices = neighbors.flatMap(({ neighbor: { peer } }) => (peer.kind === 'interface' ? [peer.interface] : []))
  const isThere = (device: string): boolean => linkProblem(device, counts) === undefined
  return (
    devices.some((device) => waiting.has(device) && isThere(device)) &&
    devices.every((device) => waiting.has(device) || isThere(device))
  )
}

/** Passes on what matters of its log; the last error is why it ended, should it end. */
async function follow(running: RunningProcess, report: Report): Promise<string | undefined> {
  let lastError: string | undefined
  for await (const line of running.lines) {
    const said = parseLogLine(line)
    if (said === undefined) continue
    if (said.level === 'error') lastError = said.text
    report({ kind: 'said', ...said })
  }
  return lastError
}

/** Go prints what went wrong first and then where everything was. */
function panicLine(stderr: string): string | undefined {
  return stderr.split('\n').find((line) => line.startsWith('panic: ') || line.startsWith('fatal error: '))
}
