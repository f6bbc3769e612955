import type { Because } from '../domain/route-reason.js'
import { worstReason, type Reason } from '../domain/reason.js'

export interface BoardEntry extends Because {
  readonly since: number
}

interface Line {
  entry: BoardEntry
  /** The last reason that was not `pending`: what people were told. */
  told: Reason | null
}

export interface ReasonChange {
  /** Null: no router announces the address, and it has one reason of its own. */
  readonly router: string | null
  readonly from: Reason | null
  readonly to: BoardEntry
}

/** A change under way, and an address that has not had its first verdict, are not worth telling. */
function isTransient(reason: Reason, told: Reason | null): boolean {
  return reason === 'pending' || (reason === 'unknown' && told === null)
}

function sameReasons(lines: ReadonlyMap<string | null, Line>, reasons: ReadonlyMap<string | null, Because>): boolean {
  for (const [router, { reason, detail }] of reasons) {
    const entry = lines.get(router)?.entry
    if (entry?.reason !== reason || entry.detail !== detail) return false
  }
  return true
}

/**
 * The one reason code of every address at every router. Everything that shows a reason reads it here, so that log,
 * metric, API and `explain` can't differ.
 */
export class ReasonBoard {
  readonly #lines = new Map<string, Map<string | null, Line>>()

  /** Sets the reasons of an address at its routers; returns what is worth telling: changes, but for those under way. */
  set(address: string, reasons: ReadonlyMap<string | null, Because>, now: number): ReasonChange[] {
    const before = this.#lines.get(address)
    if (before !== undefined && before.size === reasons.size && sameReasons(before, reasons)) return []
    const after = new Map<string | null, Line>()
    const changes: ReasonChange[] = []
    for (const [router, because] of reasons) {
      const line = before?.get(router)
      const same = line?.entry.reason === because.reason
      const entry = { ...because, since: same ? line.entry.since : now }
      const told = line?.told ?? null
      const news = because.reason !== told && !isTransient(because.reason, told)
      after.set(router, { entry, told: news ? because.reason : told })
      if (news) changes.push({ router, from: told, to: entry })
    }
    this.#lines.set(address, after)
    return changes
  }

  at(address: string, router: string | null): BoardEntry | undefined {
    return this.#lines.get(address)?.get(router)?.entry
  }

  /** The worst reason of several addresses, and since when one of them has it; undefined when none has a route. */
  worst(addresses: Iterable<string>): { reason: Reason; since: number } | undefined {
    const entries: BoardEntry[] = []
    for (const address of addresses)
      for (const line of this.#lines.get(address)?.values() ?? []) entries.push(line.entry)
    if (entries.length === 0) return undefined
    const reason = worstReason(entries.map((entry) => entry.reason))
    const since = Math.min(...entries.filter((entry) => entry.reason === reason).map((entry) => entry.since))
    return { reason, since }
  }

  forget(address: string): void {
    this.#lines.delete(address)
  }
}
