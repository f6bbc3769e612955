import { echoGap } from '../domain/echo-turn.js'
import { backoff } from '../platform/backoff.js'
import { lackedCapabilities } from '../platform/capabilities.js'
import type { Clock } from '../platform/clock.js'
import { describeEnd, type ProcessEnd, type ProcessRunner } from '../platform/process.js'
import { parseFpingLine, type FpingLine } from './fping-line.js'

/** What one fping does: an echo to each address every `period` milliseconds, and `patience` for each reply. */
export interface FpingTask {
  readonly addresses: readonly string[]
  readonly period: number
  readonly patience: number
}

/** Tasks that change within so many milliseconds start one process. */
const gathering = 20
/** Milliseconds until one that ended is started again. */
const firstPause = 500
const longestPause = 10_000

/**
 * It gets an answer always, or is told that there is none: an fping that reads nothing from anybody for long hangs. And an
 * fping with capabilities of its own outlives us (see diesWithUs), until it writes to a pipe that nobody reads any more.
 */
const heartbeat = '127.0.0.1'

type State =
  | { readonly kind: 'idle' | 'starting' | 'well' }
  /** It is started again after a pause. */
  | { readonly kind: 'broken'; readonly why: string }

/** The one fping of a daemon. A new one takes over when what it has to do changes: the old one ends when that one speaks. */
export class Fping {
  readonly #clock: Clock
  readonly #runner: ProcessRunner
  readonly #task: () => FpingTask
  readonly #onLine: (line: FpingLine) => void
  readonly #pauses = backoff(firstPause, longestPause, () => 0.5)
  #state: State = { kind: 'idle' }
  #life = new AbortController()
  /** Of the last one that was started. */
  #running: FpingTask = { addresses: [], period: 0, patience: 0 }
  /** Cancels the start that is due. */
  #cancel: (() => void) | null = null
  #heardAt = 0
  #waiting: (() => void)[] = []

  /** `task` says what there is to do whenever one is started. */
  constructor(clock: Clock, runner: ProcessRunner, task: () => FpingTask, onLine: (line: FpingLine) => void) {
    this.#clock = clock
    this.#runner = runner
    this.#task = task
    this.#onLine = onLine
  }

  /** There is something to do, or something else than before. */
  renew(): void {
    if (this.#state.kind === 'idle') this.#enter({ kind: 'starting' })
    this.#startAfter(gathering)
  }

  /** There is nothing to do. */
  stop(): void {
    this.#cancel?.()
    this.#cancel = null
    this.#life.abort()
    this.#enter({ kind: 'idle' })
  }

  /** While the first one starts: resolves when it speaks or ends, or after `limit` milliseconds. */
  started(limit: number): Promise<void> | undefined {
    if (this.#state.kind !== 'starting') return undefined
    return new Promise((resolve) => {
      const end = (): void => {
        cancel()
        resolve()
      }
      const cancel = this.#clock.timer(limit, end)
      this.#waiting.push(end)
    })
  }

  /** Why there are no echoes, for now; null when there are, or soon will be. */
  broken(): string | null {
    return this.#state.kind === 'broken' ? this.#state.why : null
  }

  /** Why silence about a host says nothing of it; null when fping is well. One that hangs is replaced. */
  trouble(): string | null {
    if (this.#state.kind !== 'well') return this.broken() ?? 'fping was just started'
    if (this.#clock.now() - this.#heardAt <= this.#running.period + this.#running.patience) return null
    const why = 'fping hangs'
    this.#enter({ kind: 'broken', why })
    this.#startAfter(0)
    return why
  }

  /** One that is due already comes first. */
  #startAfter(pause: number): void {
    this.#cancel ??= this.#clock.timer(pause, () => {
      this.#cancel = null
      const task = this.#task()
      if (this.#state.kind === 'well' && JSON.stringify(task) === JSON.stringify(this.#running)) return
      const before = this.#life
      this.#life = new AbortController()
      this.#running = task
      void this.#live(task, this.#life, before)
    })
  }

  async #live(task: FpingTask, life: AbortController, before: AbortController): Promise<void> {
    const { signal } = life
    let said = ''
    // In one stream, so that its errors are read line by line as well.
    const argv = ['sh', '-c', 'exec "$@" 2>&1', 'sh', ...argvOf(task)]
    const { lines, ended } = this.#runner.start(argv, { signal })
    for await (const text of lines) {
      // What an old one still has to say when another has taken over is of no interest.
      if (signal.aborted) continue
      const line = parseFpingLine(text)
      if (line.kind !== 'other') this.#hear(line, before)
      else if (text !== '') said = text
    }
    const { end, stderr } = await ended
    before.abort()
    const lacked = await lackedCapabilities(['CAP_NET_RAW'])
    if (signal.aborted || life !== this.#life) return
    this.#enter({ kind: 'broken', why: fpingTrouble(end, said === '' ? stderr : said, lacked.length > 0) })
    this.#startAfter(this.#pauses.next())
  }

  #hear(line: FpingLine, before: AbortController): void {
    before.abort()
    this.#heardAt = this.#clock.now()
    if (this.#state.kind !== 'well') {
      this.#pauses.reset()
      this.#enter({ kind: 'well' })
    }
    this.#onLine(line)
  }

  #enter(state: State): void {
    this.#state = state
    if (state.kind === 'starting') return
    for (const end of this.#waiting) end()
    this.#waiting = []
  }
}

/** What sh exits with when it can't find a program. */
const notFound = 127

export function fpingTrouble(end: ProcessEnd, said: string, lacksRaw: boolean): string {
  if (end.kind === 'exited' && end.code === notFound) return 'fping is not installed (Debian: fping)'
  const trouble = `fping ${describeEnd(end, said)}`
  return lacksRaw ? `${trouble}; vipcast lacks CAP_NET_RAW` : trouble
}

/** Less than that fping grants only to root. */
const leastPatience = 50

function argvOf({ addresses, period, patience }: FpingTask): string[] {
  const times = ['-i', String(echoGap), '-p', String(period), '-t', String(Math.max(patience, leastPatience))]
  return ['fping', '-l', ...times, ...new Set([heartbeat, ...addresses])]
}
