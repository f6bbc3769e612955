import type { Hint } from '../domain/target.js'
import type { Backoff } from '../platform/backoff.js'
import type { Clock } from '../platform/clock.js'
import { sleep } from '../platform/clock.js'
import { listensToNetlink } from '../platform/process-netlink.js'
import type { ProcessRunner, RunningProcess } from '../platform/process.js'
import { parseAddressLine } from './addresses.js'
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
}

/** `KernelTarget.hints`: `ip monitor address` as hints, started again when it ends. */
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
async function* oneLife({ runner, clock, backoff }: MonitorMeans, signal: AbortSignal): AsyncGenerator<Hint> {
  const monitor = runner.start(['ip', '-o', 'monitor', 'address'], { signal })
  const events = gather(monitor)
  if (await listening(monitor, events, clock, signal)) yield { kind: 'connected' }
  while (await events.some()) {
    await sleep(clock, burst, signal)
    backoff.reset()
    const what = events.take()
    if (!signal.aborted) yield { kind: 'changed', what }
  }
  const ended = await monitor.ended
  if (!signal.aborted) yield { kind: 'disconnected', error: programError(ended, 'watching the addresses of this host') }
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

/**
 * Whether a line tells something new. The kernel also tells each time that an address is given another lifetime: our own
 * refreshes, and those of IPv6 routers, would make us look all the time.
 */
function newsFilter(): (line: string) => boolean {
  const there = new Set<string>()
  return (line) => {
    const parsed = parseAddressLine(line)
    if (parsed === undefined) return true
    const key = `${parsed.interface} ${parsed.address}/${parsed.length}`
    const known = there.has(key)
    if (parsed.deleted) there.delete(key)
    else there.add(key)
    return parsed.deleted || !known
  }
}

/** Reads at once, whoever is waiting: unread events would fill the pipe and then the kernel's buffer, and be lost. */
function gather(monitor: RunningProcess): Events {
  let count = 0
  let last = ''
  let ended = false
  let wake = (): void => {}
  const isNews = newsFilter()
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
      const what = count === 1 ? describe(last) : `${count} changes of addresses`
      count = 0
      return what
    },
    ended: () => ended,
  }
}

function describe(line: string): string {
  const parsed = parseAddressLine(line)
  if (parsed === undefined) return 'an address changed'
  return `${parsed.address} ${parsed.deleted ? 'gone from' : 'on'} ${parsed.interface}`
}
