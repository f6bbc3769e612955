import { join } from 'node:path'
import { armed, type OverrideState } from '../domain/override.js'
import type { Clock } from '../platform/clock.js'
import { keepJson, notUnderstood, readKept } from './kept-file.js'

/** How far the overrides have come, in what survives a reboot: a latch holds, and a window ends, whatever happens between. */
export class OverrideStore {
  readonly #states: Map<string, OverrideState>

  private constructor(
    private readonly path: string,
    private readonly clock: Clock,
  ) {
    this.#states = readStates(path, clock)
  }

  /** Throws where the file is there and can't be read. */
  static open(stateDir: string, clock: Clock): OverrideStore {
    return new OverrideStore(join(stateDir, 'overrides.json'), clock)
  }

  of(vip: string): OverrideState {
    return this.#states.get(vip) ?? armed
  }

  /** In memory alone: `save` is for when there is time. */
  set(vip: string, state: OverrideState): void {
    if (state === armed) this.#states.delete(vip)
    else this.#states.set(vip, state)
  }

  /** Throws where it can't be written. */
  save(): void {
    const wall = this.clock.wall().getTime() - this.clock.now()
    const overrides = [...this.#states].map(([vip, { takenAt, latchedAt }]) => ({
      vip,
      takenAt: moved(takenAt, wall),
      latchedAt: moved(latchedAt, wall),
    }))
    keepJson(this.path, { format: 1, overrides })
  }
}

/** The file has wall clock times: the monotonic clock begins anew at each boot. */
function readStates(path: string, clock: Clock): Map<string, OverrideState> {
  const kept = readKept(path)
  if (kept === undefined) return new Map()
  const { format, overrides } = kept
  if (format !== 1 || !areStates(overrides)) throw notUnderstood(path)
  const wall = clock.wall().getTime() - clock.now()
  return new Map(
    overrides.map(({ vip, takenAt, latchedAt }) => [
      vip,
      { takenAt: moved(takenAt, -wall), latchedAt: moved(latchedAt, -wall) },
    ]),
  )
}

function moved(at: number | null, by: number): number | null {
  return at === null ? null : at + by
}

function areStates(value: unknown): value is readonly (OverrideState & { readonly vip: string })[] {
  return Array.isArray(value) && value.every(isState)
}

function isState(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const { vip, takenAt, latchedAt } = value as Partial<Record<string, unknown>>
  return typeof vip === 'string' && [takenAt, latchedAt].every((at) => at === null || typeof at === 'number')
}
