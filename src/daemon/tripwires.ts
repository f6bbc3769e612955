import { networkInterfaces } from 'node:os'

import type { Scheduler } from '../checks/scheduler.js'
import { instanceKey, type CheckInstance } from '../domain/check-instance.js'
import type { TripwiresConfig } from '../domain/config.js'
import { localTarget, serves, watchedListener } from '../domain/tripwire.js'
import type { Listener, LocalSocket, TripwireStatus } from '../domain/tripwire.js'
import { TargetError } from '../domain/target.js'
import { listListeners } from '../kernel/listener-table.js'
import { ListenerWatch, type ListenerWatchState } from '../kernel/listener-watch.js'
import type { ListedSocket } from '../kernel/socket-line.js'
import { backoff, type Backoff } from '../platform/backoff.js'
import { sleep, type Clock } from '../platform/clock.js'
import type { ProcessRunner } from '../platform/process.js'
import { percent, tripwireStatus } from './tripwire-status.js'

export interface TripwiresOptions {
  readonly scheduler: Pick<Scheduler, 'notice' | 'probeNow' | 'hurry'>
  readonly runner: ProcessRunner
  readonly clock: Clock
  readonly random: () => number
  /** Whether an address is one of the VIPs'. */
  readonly isOurs: (address: string) => boolean
  /** Takes a sentence for the log. */
  readonly tell: (text: string) => void
  /** Milliseconds of the first suspension; a minute by default. */
  readonly firstPause?: number
}

/** A check that depends on a listening socket. */
interface Wire {
  readonly key: string
  readonly listener: Listener
  /** By the check's own configuration. */
  readonly wanted: boolean
  local: boolean
}

/** What listens is looked at soon after something changed, then ever more seldom, in milliseconds. */
const firstLook = 1_000
const longestLook = 300_000

/** Turns the kernel's notice that a listening socket is gone into an immediate probe of the checks that depend on it. */
export class Tripwires {
  readonly #options: TripwiresOptions
  readonly #watch: ListenerWatch
  readonly #delays: Backoff
  #config: TripwiresConfig = { enabled: false, maxCpu: 1 }
  #wires: ReadonlyMap<string, Wire> = new Map()
  /** Those that are watched, or would be if the watcher could. */
  #byPort: ReadonlyMap<number, readonly Wire[]> = new Map()
  #seen: readonly ListedSocket[] | null = null
  #changed = false
  #wake = (): void => {}
  #told = armedAgain

  constructor(options: TripwiresOptions) {
    this.#options = options
    this.#delays = backoff(firstLook, longestLook, options.random)
    this.#watch = new ListenerWatch({
      ...options,
      onGone: (socket) => this.#onGone(socket),
      onGap: () => this.#onGap(),
      onState: (state) => this.#onState(state),
    })
  }

  /** The checks from now on; the scheduler knows them already. */
  update(instances: readonly CheckInstance[], config: TripwiresConfig): void {
    this.#config = config
    this.#wires = new Map(instances.flatMap((instance) => wireOf(instance)).map((wire) => [wire.key, wire]))
    this.#rewatch()
    this.#hurry()
    this.#somethingChanged()
  }

  /** Null for kinds of checks that depend on no socket, and for checks that are not there. */
  status(key: string): TripwireStatus | null {
    const wire = this.#wires.get(key)
    if (wire === undefined) return null
    const { enabled } = this.#config
    const { wanted, local, listener } = wire
    const now = this.#options.clock.now()
    return tripwireStatus(listener, { enabled, wanted, local, watch: this.#watch.state, seen: this.#seen, now })
  }

  /** Watches until the signal aborts; resolves when the process is gone. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([this.#watch.run(signal), this.#look(signal)])
  }

  #rewatch(): void {
    const { isOurs } = this.#options
    const own = new OwnAddresses(isOurs)
    const byPort = new Map<number, Wire[]>()
    for (const wire of this.#wires.values()) {
      wire.local = wire.listener.host === null || own.has(wire.listener.host)
      if (!this.#config.enabled || !wire.wanted || !wire.local) continue
      const { port } = wire.listener
      const others = byPort.get(port)
      if (others === undefined) byPort.set(port, [wire])
      else others.push(wire)
    }
    this.#byPort = byPort
    this.#watch.update(new Set(byPort.keys()), this.#config.maxCpu)
  }

  #onGone(socket: LocalSocket): void {
    for (const { key, listener } of this.#byPort.get(socket.port) ?? []) {
      if (serves(socket, listener)) this.#options.scheduler.notice(key)
    }
    this.#somethingChanged()
  }

  #onGap(): void {
    for (const { key } of this.#watched()) this.#options.scheduler.probeNow(key)
  }

  #onState(state: ListenerWatchState): void {
    this.#hurry()
    if (state.kind === 'watching') this.#somethingChanged()
    const said = stateInWords(state, this.#config.maxCpu)
    if (said === null || said === this.#told) return
    this.#told = said
    this.#options.tell(said)
  }

  /** While the watcher is suspended, polling has to make up for it. */
  #hurry(): void {
    const suspended = this.#watch.state.kind === 'suspended'
    const watched = new Set(this.#watched())
    for (const wire of this.#wires.values()) this.#options.scheduler.hurry(wire.key, suspended && watched.has(wire))
  }

  *#watched(): Iterable<Wire> {
    for (const wires of this.#byPort.values()) yield* wires
  }

  #somethingChanged(): void {
    this.#delays.reset()
    this.#changed = true
    this.#wake()
  }

  /** Looks from time to time what listens, and which addresses are this host's; both are for people, and change seldom. */
  async #look(signal: AbortSignal): Promise<void> {
    const { clock, runner } = this.#options
    signal.addEventListener('abort', () => this.#wake(), { once: true })
    while (!signal.aborted) {
      await this.#calm(this.#delays.next(), signal)
      if (this.#changed) {
        this.#changed = false
        // Not at once: whoever took the place of what is gone shall be seen, and a flapping service be looked at seldom.
        await sleep(clock, this.#delays.next(), signal)
      }
      this.#rewatch()
      if (this.#byPort.size === 0 || signal.aborted) continue
      const listed = await listListeners(this.#byPort.keys(), runner, signal)
      this.#seen = listed instanceof TargetError ? null : listed
    }
  }

  /** Resolves after `ms`, or as soon as something changes. */
  #calm(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#options.clock.timer(ms, () => resolve())
      this.#wake = () => {
        cancel()
        resolve()
      }
      if (this.#changed || signal.aborted) this.#wake()
    })
  }
}

function wireOf(instance: CheckInstance): Wire[] {
  const listener = watchedListener(instance.probe)
  const { tripwire } = instance.check
  return listener === null ? [] : [{ key: instanceKey(instance), listener, wanted: tripwire, local: false }]
}

/** This host's own addresses, asked for only when a check names one that is not plainly local. */
class OwnAddresses {
  #known: ReadonlySet<string> | null = null

  constructor(private readonly isOurs: (address: string) => boolean) {}

  has(host: string): boolean {
    const target = localTarget(host)
    if (target === null || target === 'loopback') return target !== null
    if (this.isOurs(target.text)) return true
    this.#known ??= new Set(Object.values(networkInterfaces()).flatMap((on) => on?.map(({ address }) => address) ?? []))
    return this.#known.has(target.text)
  }
}

const armedAgain = 'tripwires are armed again'

/** For the log; null for what happens at every start. */
function stateInWords(state: ListenerWatchState, maxCpu: number): string | null {
  switch (state.kind) {
    case 'idle':
    case 'starting':
      return null
    case 'watching':
      return armedAgain
    case 'unavailable':
      return `tripwires do not work, and checks poll: ${state.why}`
    case 'suspended':
      return `tripwires are suspended, and checks poll at fastInterval: watching took ${percent(state.cpu)} of a core, more than tripwires.maxCpu (${percent(maxCpu)})`
  }
}
