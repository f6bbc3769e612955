import type { LocalSocket } from '../domain/tripwire.js'
import { sleep, type Clock } from '../platform/clock.js'
import { cpuTime } from '../platform/process-cpu.js'
import { listensToNetlink, lostNetlinkEvents } from '../platform/process-netlink.js'
import type { ProcessEnd, ProcessRunner, RunningProcess } from '../platform/process.js'
import { programError } from './errors.js'
import { listenerFilter, parseSocketLine } from './socket-line.js'

export interface ListenerEventsMeans {
  readonly runner: ProcessRunner
  readonly clock: Clock
  /** A socket without a peer was destroyed. */
  readonly onGone: (socket: LocalSocket) => void
  /** The kernel had more to say than `ss` could read, so that notices may be missing. */
  readonly onLoss: () => void
}

/** How one watching process ended; `cpu` as a part of one core. */
export type ListenerEventsEnd = { readonly kind: 'ended'; readonly why: string } | { kind: 'too-dear'; cpu: number }

/** CPU time is looked at this often, in milliseconds: the kernel counts it in steps of ten. */
const sampleEvery = 3_000
/** `ss` listens after about 5 ms; where /proc does not show it, the wait ends here. */
const readyWithin = 1_000
const readyPoll = 2

/**
 * One `ss -E`, which prints a line for each socket that the kernel destroys, without the wait that a full buffer would be.
 * It sees this network namespace alone.
 */
export class ListenerEvents {
  readonly #means: ListenerEventsMeans
  readonly #life = new AbortController()
  readonly #process: RunningProcess
  readonly #reading: Promise<void>
  #over = false

  /** Starts it; it ends with the signal. */
  constructor(ports: Iterable<number>, means: ListenerEventsMeans, signal: AbortSignal) {
    this.#means = means
    const argv = ['stdbuf', '-oL', 'ss', '-E', '-H', '-n', '-O', '-t', '-u', listenerFilter(ports)]
    this.#process = means.runner.start(argv, { signal: AbortSignal.any([signal, this.#life.signal]) })
    this.#reading = this.#read()
  }

  /** Resolves when it listens; false when it ended before. */
  async listens(signal: AbortSignal): Promise<boolean> {
    const { clock } = this.#means
    const { pid } = this.#process
    if (pid === undefined) return false
    const deadline = clock.now() + readyWithin
    while (!this.#over && !signal.aborted) {
      if ((await listensToNetlink(pid)) || clock.now() > deadline) return true
      await sleep(clock, readyPoll, signal)
    }
    return false
  }

  /** Resolves when it has ended, or costs more than it may; `maxCpu` is asked each time. */
  async watch(maxCpu: () => number): Promise<ListenerEventsEnd> {
    const sampling = new AbortController()
    const ended = this.#process.ended.then(({ end, stderr }): ListenerEventsEnd => {
      const { message } = programError({ end: missingSs(end), stderr }, 'watching listening sockets', 'ss')
      return { kind: 'ended', why: message }
    })
    try {
      return await Promise.race([ended, this.#sample(maxCpu, sampling.signal).then((end) => end ?? ended)])
    } finally {
      sampling.abort()
    }
  }

  /** Ends it; resolves when it is gone. */
  async stop(): Promise<void> {
    this.#life.abort()
    await this.#process.ended
    await this.#reading
  }

  async #read(): Promise<void> {
    for await (const line of this.#process.lines) {
      const socket = parseSocketLine(line)
      if (socket !== undefined && !this.#life.signal.aborted) this.#means.onGone(socket)
    }
    this.#over = true
  }

  async #sample(maxCpu: () => number, signal: AbortSignal): Promise<ListenerEventsEnd | undefined> {
    const { clock, onLoss } = this.#means
    const pid = this.#process.pid ?? 0
    let before = { at: clock.now(), cpu: await cpuTime(pid), lost: await lostNetlinkEvents(pid) }
    for (;;) {
      await sleep(clock, sampleEvery, signal)
      if (signal.aborted || this.#over) return undefined
      const now = { at: clock.now(), cpu: await cpuTime(pid), lost: await lostNetlinkEvents(pid) }
      const cpu = ((now.cpu ?? 0) - (before.cpu ?? 0)) / (now.at - before.at)
      if (cpu > maxCpu()) return { kind: 'too-dear', cpu }
      if (now.lost > before.lost) onLoss()
      before = now
    }
  }
}

/** `ss` is started through another program, which says by this code that it is not there. */
function missingSs(end: ProcessEnd): ProcessEnd {
  if (end.kind !== 'exited' || end.code !== 127) return end
  return { kind: 'spawn-failed', program: 'ss', reason: 'missing', error: new Error('ss is not installed') }
}
