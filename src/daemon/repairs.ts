/** Repairs of the same thing within `window` that go at once; the others wait for `pause`. Milliseconds. */
const free = 5
const window = 60_000
const pause = 10_000

/**
 * Limits how often the same thing is put right, so that two daemons that disagree about it don't fight: somebody who
 * deletes our route once has it back at once, somebody who deletes it in a loop has it back every ten seconds. A thing is
 * something of an address: its binding, its route at a router that somebody takes away, one there that comes back.
 */
export class Repairs {
  /** By address and thing: when each repair was due, oldest first. */
  readonly #recent = new Map<string, Map<string, readonly number[]>>()

  /** Counts a repair, and returns when it may be made: `now`, or later. */
  count(address: string, thing: string, now: number): number {
    const things = this.#recent.get(address) ?? new Map<string, readonly number[]>()
    const recent = (things.get(thing) ?? []).filter((at) => now - at < window)
    const last = recent.at(-1)
    const due = recent.length < free || last === undefined ? now : Math.max(now, last + pause)
    this.#recent.set(address, things.set(thing, [...recent, due]))
    return due
  }

  /** Whether the last repair that was counted has to wait. */
  waits(address: string, thing: string, now: number): boolean {
    return (this.#recent.get(address)?.get(thing)?.at(-1) ?? -Infinity) > now
  }

  /** When the first of the things of an address that wait is due; null: none waits. */
  nextDue(address: string, now: number): number | null {
    const dues = [...(this.#recent.get(address)?.values() ?? [])].map((times) => times.at(-1) ?? now)
    const waiting = dues.filter((due) => due > now)
    return waiting.length === 0 ? null : Math.min(...waiting)
  }

  /** It is another thing from now on: what was counted of it says nothing any more. */
  forget(address: string, thing: string): void {
    this.#recent.get(address)?.delete(thing)
  }

  /** Forgets what is older than the window. */
  prune(now: number): void {
    for (const [address, things] of this.#recent) {
      for (const [thing, times] of things) if (now - (times.at(-1) ?? now) >= window) things.delete(thing)
      if (things.size === 0) this.#recent.delete(address)
    }
  }
}
