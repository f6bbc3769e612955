import { join } from 'node:path'
import type { VipConfig } from '../domain/config.js'
import type { Drain, Request } from '../domain/request.js'
import type { Clock } from '../platform/clock.js'
import { ClaimStore } from './claim-store.js'
import { OverrideStore } from './override-store.js'
import { SourceStore } from './source-store.js'
import { areNames, keepJson, notUnderstood, readKept } from './kept-file.js'

/** What operators asked for, in memory: times on the monotonic clock. */
interface Requests {
  /** After `withdraw --all`: every VIP, also one that is configured later, until `enable --all`. */
  readonly allDisabled: boolean
  readonly disabled: ReadonlySet<string>
  readonly drained: ReadonlyMap<string, Drain>
}

/** Where requests are kept. */
export interface RequestPlaces {
  /** What must survive a reboot. */
  readonly stateDir: string
  /** Claims, and what was changed about source addresses. */
  readonly runDir: string
}

/** Operators' requests, written through to the disk before they take effect. */
export class RequestStore {
  #requests: Requests

  private constructor(
    private readonly path: string,
    private readonly clock: Clock,
    readonly claims: ClaimStore,
    readonly overrides: OverrideStore,
    readonly sources: SourceStore,
  ) {
    this.#requests = readRequests(path, clock)
  }

  /** Throws where a file is there and can't be read: an operator's word must not be lost in silence. */
  static open({ stateDir, runDir }: RequestPlaces, clock: Clock): RequestStore {
    const overrides = OverrideStore.open(stateDir, clock)
    const sources = SourceStore.open(runDir)
    return new RequestStore(join(stateDir, 'requests.json'), clock, ClaimStore.open(runDir), overrides, sources)
  }

  get allDisabled(): boolean {
    return this.#requests.allDisabled
  }

  of({ name, mode }: Pick<VipConfig, 'name' | 'mode'>): Request {
    const { allDisabled, disabled, drained } = this.#requests
    if (allDisabled || disabled.has(name)) return { kind: 'disabled' }
    if (mode === 'manual' && !this.claims.has(name)) return { kind: 'unclaimed' }
    const drain = drained.get(name)
    return drain === undefined || this.#isOver(drain) ? { kind: 'none' } : { kind: 'drained', ...drain }
  }

  disable(vips: readonly string[]): void {
    this.#write({ ...this.#requests, disabled: new Set([...this.#requests.disabled, ...vips]) })
  }

  enable(vips: readonly string[]): void {
    this.#write({ ...this.#requests, disabled: without(this.#requests.disabled, vips) })
  }

  disableAll(): void {
    this.#write({ ...this.#requests, allDisabled: true })
  }

  enableAll(): void {
    this.#write({ ...this.#requests, allDisabled: false, disabled: new Set() })
  }

  /** Begins drains. One in force goes on: only when it ends is told anew. */
  drain(drains: ReadonlyMap<string, Drain>): void {
    const drained = new Map(this.#inForce())
    for (const [vip, { withdrawAt, until }] of drains) {
      drained.set(vip, { withdrawAt: drained.get(vip)?.withdrawAt ?? withdrawAt, until })
    }
    this.#write({ ...this.#requests, drained })
  }

  undrain(vips: readonly string[]): void {
    this.#write({ ...this.#requests, drained: new Map(this.#inForce().filter(([vip]) => !vips.includes(vip))) })
  }

  /** Nothing is announced that drains under way could move away: they are over, so that they announce nothing anew. */
  endWaits(): void {
    const now = this.clock.now()
    const drains = this.#inForce()
    if (drains.every(([, { withdrawAt }]) => withdrawAt <= now)) return
    const over = drains.map(([vip, drain]) => [vip, { ...drain, withdrawAt: Math.min(drain.withdrawAt, now) }] as const)
    this.#write({ ...this.#requests, drained: new Map(over) })
  }

  #inForce(): (readonly [string, Drain])[] {
    return [...this.#requests.drained].filter(([, drain]) => !this.#isOver(drain))
  }

  #isOver({ until }: Drain): boolean {
    return until !== null && until <= this.clock.now()
  }

  #write(requests: Requests): void {
    const wall = this.clock.wall().getTime() - this.clock.now()
    keepJson(this.path, {
      format: 1,
      allDisabled: requests.allDisabled,
      disabled: [...requests.disabled].sort(),
      drained: [...requests.drained].map(([vip, { withdrawAt, until }]) => ({
        vip,
        withdrawAt: withdrawAt + wall,
        until: until === null ? null : until + wall,
      })),
    })
    this.#requests = requests
  }
}

function without(names: ReadonlySet<string>, gone: readonly string[]): ReadonlySet<string> {
  return new Set([...names].filter((name) => !gone.includes(name)))
}

/** The file has wall clock times: the monotonic clock begins anew at each boot. */
function readRequests(path: string, clock: Clock): Requests {
  const kept = readKept(path)
  if (kept === undefined) return { allDisabled: false, disabled: new Set(), drained: new Map() }
  const { format, allDisabled, disabled, drained = [] } = kept
  if (format !== 1 || !areNames(disabled) || !areDrains(drained)) throw notUnderstood(path)
  const wall = clock.wall().getTime() - clock.now()
  return {
    allDisabled: allDisabled === true,
    disabled: new Set(disabled),
    drained: new Map(
      drained.map(({ vip, withdrawAt, until }) => [
        vip,
        { withdrawAt: withdrawAt - wall, until: until === null ? null : until - wall },
      ]),
    ),
  }
}

function areDrains(value: unknown): value is readonly (Drain & { readonly vip: string })[] {
  return Array.isArray(value) && value.every(isDrain)
}

function isDrain(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const { vip, withdrawAt, until } = value as Partial<Record<string, unknown>>
  return typeof vip === 'string' && typeof withdrawAt === 'number' && (until === null || typeof until === 'number')
}
