import type { Hint } from '../domain/target.js'
import type { Backoff } from '../platform/backoff.js'
import type { Clock } from '../platform/clock.js'
import { sleep } from '../platform/clock.js'
import { listensToNetlink } from '../platform/process-netlink.js'
import type { ProcessRunner, RunningProcess } from '../platform/process.js'
import { programError } from './errors.js'

/** Events within so many milliseconds are one hint: binding ten thousand addresses is one thing to look at. */
const burst = 20
/** `ip monitor` listens after about 5 ms; where /proc does not show it, the wait ends here. */
const readyWithin = 1000
const readyPoll = 5

export interface MonitorMeans {
  readonly runner: ProcessRunner
  readonly clock: Clock
  readonly backoff: Backoff
  readonly subject: MonitorSubject
}

/** What `ip monitor` is to tell of, and how its lines are read. */
export interface MonitorSubject {
  /** As its arguments. */
  readonly argv: readonly string[]
  /** `addresses`, for messages. */
  readonly plural: string
  /** For one life of the monitor: whether a line tells something new. */
  newsFilter(): (line: string) => boolean
  /** What one line tells, as half a sentence. */
  describe(line: string): string
}

/** `ip monitor` as hints, started again when it ends. */
export async function* monitorHints(means: MonitorMeans, signal: AbortSignal): AsyncGenerator<Hint> {
  while (!signal.aborted) {
    // Ended with this generator too, not only by the caller's signal: else a consumer that leaves leaves the process.
    const own = new AbortController()
    try {
      yield* oneLife(means, AbortSignal.any([signal, own.signal]))
    } finally {
      own.abort()
    }
    await sleep(means.clock, means.backoff.next(), signal)
  }
}

/** From the start of one `ip monitor` to its end. */
async function* oneLife(means: MonitorMeans, signal: AbortSignal): AsyncGenerator<Hint> {
  const { runner, clock, backoff, subject } = means
  const monitor = runner.start(['ip', ...subject.argv], { signal })
  const events = gather(monitor, subject)
  if (await listening(monitor, events, clock, signal)) yield { kind: 'connected' }
  while (await events.some()) {
    await sleep(clock, burst, signal)
    backoff.reset()
    const what = events.take()
    if (!signal.aborted) yield { kind: 'changed', what }
  }
  const ended = await monitor.ended
  if (!signal.aborted)
    yield { kind: 'disconnected', error: programError(ended, `watching the ${subject.plural} of this host`) }
}

/** False when it ended before it listened. */
async function listening(monitor: RunningProcess, events: Events, clock: Clock, signal: AbortSignal): Promise<boolean> {
  const deadline = clock.now() + readyWithin
  while (monitor.pid !== undefined && !events.ended() && !signal.aborted) {
    if (clock.now() > deadline || (await listensToNetlink(monitor.pid))) return true
    await sleep(clock, readyPoll, signal)
  }
  return false
}

interface Events {
  /** Waits for an event; false: there is none and none will come. */
  some(): Promise<boolean>
  /** Describes what came since the last call and forgets it. */
  take(): string
  ended(): boolean
}

/** Reads at once, whoever is waiting: unread events would fill the pipe and then the kernel's buffer, and be lost. */
function gather(monitor: RunningProcess, subject: MonitorSubject): Events {
  let count = 0
  let last = ''
  let ended = false
  let wake = (): void => {}
  const isNews = subject.newsFilter()
  const read = async (): Promise<void> => {
    for await (const line of monitor.lines) {
      if (!isNews(line)) continue
      count += 1
      last = line
      wake()
    }
  }
  void read().finally(() => {
    ended = true
    wake()
  })
  return {
    some: async () => {
      if (count === 0 && !ended) await new Promise<void>((resolve) => (wake = resolve))
      return count > 0
    },
    take: () => {
      const what = count === 1 ? subject.describe(last) : `${count} changes of ${subject.plural}`
      count = 0
      return what
    },
    ended: () => ended,
  }
}
