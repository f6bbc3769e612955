import { echoTurn } from '../domain/echo-turn.js'
import type { Clock } from '../platform/clock.js'
import type { ProcessRunner } from '../platform/process.js'
import { onAbort } from './dial.js'
import { Fping, type FpingTask } from './fping.js'
import type { FpingLine } from './fping-line.js'

/** A reply to an echo. */
export interface Reply {
  /** When it was read, on the monotonic clock. */
  readonly at: number
  /** How long it took. */
  readonly milliseconds: number
}

/** What a check asks of the echoes to its host. Milliseconds. */
export interface EchoNeeds {
  /** From one echo to the next, at most, as far as that is possible. */
  readonly period: number
  /** How long a reply may take. */
  readonly timeout: number
}

/** One check's view of the echoes to an address. */
export interface EchoWatch {
  readonly address: string
  /**
   * The last reply, when it came within the last period, in which there was one echo; else the next one. Replies that took
   * too long do not count. Null when the signal aborts first.
   */
  next(signal: AbortSignal): Promise<Reply | null>
  /** After null: what did not come, so that ` within 500 ms` can follow. */
  lacking(): string
  close(): void
}

interface Host {
  readonly watches: Set<Watch>
  sequence: number
  last: Reply | null
}

/** The echoes to all hosts that checks ask for, by one fping: one to each host, however many checks ask for it. */
export class Echoes {
  readonly #clock: Clock
  readonly #fping: Fping
  readonly #hosts = new Map<string, Host>()
  #period = 0

  constructor(clock: Clock, runner: ProcessRunner) {
    this.#clock = clock
    this.#fping = new Fping(
      clock,
      runner,
      () => this.#task(),
      (line) => this.#onLine(line),
    )
  }

  watch(address: string, needs: EchoNeeds): EchoWatch {
    const host = this.#hosts.get(address) ?? { watches: new Set(), sequence: -1, last: null }
    this.#hosts.set(address, host)
    const fresh = (): Reply | null =>
      host.last !== null && this.#clock.now() - host.last.at <= this.#period ? host.last : null
    const watch = new Watch(address, needs, fresh, () => {
      host.watches.delete(watch)
      if (host.watches.size === 0) this.#hosts.delete(address)
      if (this.#hosts.size === 0) this.#fping.stop()
      else this.#fping.renew()
    })
    host.watches.add(watch)
    this.#fping.renew()
    return watch
  }

  /** See `Fping`. */
  started(limit: number): Promise<void> | undefined {
    return this.#fping.started(limit)
  }

  /** See `Fping`. */
  broken(): string | null {
    return this.#fping.broken()
  }

  /** See `Fping`. */
  trouble(): string | null {
    return this.#fping.trouble()
  }

  #task(): FpingTask {
    const addresses = [...this.#hosts.keys()].sort()
    let period = Infinity
    let patience = 0
    for (const { watches } of this.#hosts.values()) {
      for (const { needs } of watches) {
        period = Math.min(period, needs.period)
        patience = Math.max(patience, needs.timeout)
      }
    }
    this.#period = echoTurn(addresses.length, period)
    // Twice as long as any check, so that it can tell what came too late.
    return { addresses, period: this.#period, patience: 2 * patience }
  }

  #onLine(line: FpingLine): void {
    if (line.kind !== 'reply' && line.kind !== 'refusal') return
    const host = this.#hosts.get(line.address)
    if (host === undefined) return
    if (line.kind === 'refusal') {
      for (const watch of host.watches) watch.onRefusal(line.said)
    } else if (line.sequence !== host.sequence) {
      host.sequence = line.sequence
      host.last = { at: this.#clock.now(), milliseconds: line.milliseconds }
      for (const watch of host.watches) watch.onReply(host.last)
    }
  }
}

class Watch implements EchoWatch {
  readonly #fresh: () => Reply | null
  readonly #release: () => void
  #waiting: ((reply: Reply | null) => void) | null = null
  #lacking = 'no reply'

  constructor(
    readonly address: string,
    readonly needs: EchoNeeds,
    fresh: () => Reply | null,
    release: () => void,
  ) {
    this.#fresh = fresh
    this.#release = release
  }

  next(signal: AbortSignal): Promise<Reply | null> {
    this.#lacking = 'no reply'
    return new Promise((resolve) => {
      this.#waiting = resolve
      onAbort(signal, () => this.#end(null))
      const fresh = this.#fresh()
      if (fresh !== null) this.onReply(fresh)
    })
  }

  lacking(): string {
    return this.#lacking
  }

  onReply(reply: Reply): void {
    if (this.#waiting === null) return
    const { milliseconds } = reply
    if (milliseconds > this.needs.timeout) this.#lacking = `a reply after ${milliseconds} ms, and none`
    else this.#end(reply)
  }

  onRefusal(said: string): void {
    this.#lacking = `${said}, and no reply`
  }

  close(): void {
    this.#release()
  }

  #end(reply: Reply | null): void {
    this.#waiting?.(reply)
    this.#waiting = null
  }
}
