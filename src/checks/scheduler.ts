import type { CheckInstance } from '../domain/check-instance.js'
import { instanceKey, sharingKey } from '../domain/check-instance.js'
import type { CheckState } from '../domain/check-verdict.js'
import { firstCheckState } from '../domain/check-verdict.js'
import { firstDelay, spread } from './cadence.js'
import { createPacer } from './pacer.js'
import type { ProbeKinds } from './probe.js'
import type { CheckSurroundings, Holds } from './shared-check.js'
import { SharedCheck } from './shared-check.js'
import type { GivenTools } from './tools.js'
import { createTools } from './tools.js'

/** One result of one check. */
export interface CheckReport {
  readonly instance: CheckInstance
  readonly state: CheckState
  /** The state in the report before this one. */
  readonly previous: CheckState
  /** When the probe ended, on the monotonic clock. */
  readonly at: number
}

/** Where a check stands. */
export interface CheckProgress {
  readonly state: CheckState
  /** When the last probe ended; null before the first. */
  readonly lastAt: number | null
  /** When the next probe begins; null while one runs. */
  readonly nextAt: number | null
}

export interface SchedulerOptions extends GivenTools {
  /** 0 to 1, as Math.random: hosts with one configuration must not probe a shared service in step. */
  readonly random: () => number
  readonly kinds: ProbeKinds
  readonly holds: Holds
  /** Called after each result, for each instance, and when an instance takes over a state that others have made. */
  readonly onReport: (report: CheckReport) => void
}

export interface Scheduler {
  /** The instances from now on. Those that test the same as before keep their state, the others begin anew. */
  update(instances: readonly CheckInstance[]): void
  /** By instance key; the map and what is in it are alive. */
  states(): ReadonlyMap<string, CheckProgress>
  /** Probes at once. */
  probeNow(key: string): void
  /** Probes at once, since the kernel told that a socket of the service is gone: nobody listening is conclusive then. */
  notice(key: string): void
  /** Probes every fastInterval, whatever the verdict, until told otherwise. */
  hurry(key: string, hurried: boolean): void
  /** Probes until the signal aborts; resolves when every prober has let go, or a second later. */
  run(signal: AbortSignal): Promise<void>
}

/** How long `run` waits for probers that don't let go, in milliseconds. */
const patience = 1_000

export function createScheduler(options: SchedulerOptions): Scheduler {
  return new CheckScheduler(options)
}

/** One instance, and the check that it shares with those that test the same. */
class Member implements CheckProgress {
  constructor(
    readonly instance: CheckInstance,
    /** Sharing key. */
    readonly id: string,
    readonly check: SharedCheck,
    /** The state in its last report. */
    public seen: CheckState,
  ) {}

  get state(): CheckState {
    return this.check.state
  }

  get lastAt(): number | null {
    return this.check.lastAt
  }

  get nextAt(): number | null {
    return this.check.nextAt
  }
}

class CheckScheduler implements Scheduler {
  readonly #options: SchedulerOptions
  readonly #around: CheckSurroundings
  readonly #firstPhase: number
  readonly #stopping = new Set<Promise<void>>()
  #members: ReadonlyMap<string, Member> = new Map()
  /** By sharing key. */
  #checks: ReadonlyMap<string, SharedCheck> = new Map()
  #sharers: ReadonlyMap<SharedCheck, readonly Member[]> = new Map()
  /** Made, but not started yet. */
  #idle: SharedCheck[] = []
  #made = 0
  #running = false

  constructor(options: SchedulerOptions) {
    const { clock, runner, sessions, kinds, holds, random } = options
    this.#options = options
    this.#firstPhase = random()
    this.#around = {
      clock,
      kinds,
      holds,
      tools: createTools({ clock, runner, sessions }),
      pace: createPacer(clock),
    }
  }

  update(instances: readonly CheckInstance[]): void {
    const before = this.#checks
    const checks = new Map<string, SharedCheck>()
    const members = new Map<string, Member>()
    for (const instance of instances) {
      const id = sharingKey(instance)
      const old = this.#sameTest(instance, id)
      const check = checks.get(id) ?? before.get(id) ?? this.#create(instance, old?.state ?? this.#nothingSeen())
      checks.set(id, check)
      members.set(instanceKey(instance), new Member(instance, id, check, old?.seen ?? this.#nothingSeen()))
    }
    this.#members = members
    this.#checks = checks
    this.#sharers = groupByCheck(members.values())
    for (const [id, check] of before) if (!checks.has(id)) this.#stop(check)
    if (this.#running) this.#startIdle()
    this.#options.clock.afterIo(() => this.#tellJoined())
  }

  states(): ReadonlyMap<string, CheckProgress> {
    return this.#members
  }

  probeNow(key: string): void {
    this.#members.get(key)?.check.probeNow()
  }

  notice(key: string): void {
    this.#members.get(key)?.check.notice()
  }

  hurry(key: string, hurried: boolean): void {
    this.#members.get(key)?.check.hurry(hurried)
  }

  async run(signal: AbortSignal): Promise<void> {
    this.#running = true
    this.#startIdle()
    await untilAborted(signal)
    this.#running = false
    for (const check of this.#checks.values()) this.#stop(check)
    await new Promise<void>((resolve) => {
      const cancel = this.#options.clock.timer(patience, resolve)
      void Promise.all(this.#stopping).then(() => {
        cancel()
        resolve()
      })
    })
  }

  /** The instance of this name, when it tests the same as before; how often it does may have changed. */
  #sameTest(instance: CheckInstance, id: string): Member | undefined {
    const old = this.#members.get(instanceKey(instance))
    if (old === undefined || old.id === id) return old
    return JSON.stringify(old.instance.probe) === JSON.stringify(instance.probe) ? old : undefined
  }

  #nothingSeen(): CheckState {
    return firstCheckState(this.#options.clock.now())
  }

  #create(instance: CheckInstance, state: CheckState): SharedCheck {
    const phase = spread(this.#made, this.#firstPhase)
    this.#made += 1
    const check: SharedCheck = new SharedCheck(instance, state, phase, this.#around, (at) => {
      for (const member of this.#sharers.get(check) ?? []) this.#tell(member, at)
    })
    this.#idle.push(check)
    return check
  }

  #startIdle(): void {
    const idle = this.#idle
    this.#idle = []
    for (const [n, check] of idle.entries()) check.start(firstDelay(n, idle.length, check.timing))
  }

  #stop(check: SharedCheck): void {
    this.#idle = this.#idle.filter((idle) => idle !== check)
    const stopped = check.stop()
    this.#stopping.add(stopped)
    void stopped.then(() => this.#stopping.delete(stopped))
  }

  /** Instances that joined a check whose verdict is known already need not wait for its next result. */
  #tellJoined(): void {
    const joined = [...this.#members.values()].filter(({ state, seen }) => state.verdict !== seen.verdict)
    for (const member of joined) this.#tell(member, this.#options.clock.now())
  }

  /** Not to one that was dropped meanwhile, by the report before it perhaps. */
  #tell(member: Member, at: number): void {
    const { instance, state, seen } = member
    if (this.#members.get(instanceKey(instance)) !== member) return
    member.seen = state
    this.#options.onReport({ instance, state, previous: seen, at })
  }
}

function groupByCheck(members: Iterable<Member>): ReadonlyMap<SharedCheck, readonly Member[]> {
  const groups = new Map<SharedCheck, Member[]>()
  for (const member of members) {
    const group = groups.get(member.check)
    if (group === undefined) groups.set(member.check, [member])
    else group.push(member)
  }
  return groups
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
