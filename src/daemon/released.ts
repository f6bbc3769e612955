import { loadConfig } from '../config/load.js'
import type { Config } from '../domain/config.js'
import { ClaimStore } from './claim-store.js'
import { acquireGuard } from './guard.js'
import { inForcePath } from './in-force.js'
import { journalPath, readJournal } from './journal.js'

/** A VIP of mode manual: its name, and what it is known by in the journal. */
export interface ManualVip {
  readonly name: string
  readonly runDir: string
  readonly addresses: readonly string[]
}

/**
 * The VIP as the last daemon ran with it: the file may have been edited since, and what is left bears the old addresses.
 * `unknown`, `not-manual`: there is nothing that could be released.
 */
export async function findManual(config: Config, name: string): Promise<ManualVip | 'unknown' | 'not-manual'> {
  const { runDir } = config
  const inForce = await loadConfig(inForcePath(runDir))
  const all = [...(inForce.kind === 'valid' ? inForce.config.vips : []), ...config.vips]
  const vip = all.find((each) => each.name === name)
  if (vip === undefined) return 'unknown'
  if (vip.mode !== 'manual') return 'not-manual'
  return { name, runDir, addresses: vip.addresses.map(({ text }) => text) }
}

/**
 * Whether nothing of it is left on this host, neither claim nor address nor route, by what its daemon writes down before it
 * acts: true whether one runs or not. A journal that this release can't read proves nothing.
 */
export function isReleased({ name, runDir, addresses }: ManualVip): boolean {
  const { state, trouble } = readJournal(journalPath(runDir))
  if (trouble !== null || ClaimStore.open(runDir).has(name)) return false
  const announced = [...state.routes.values()]
  return addresses.every((each) => !state.bindings.has(each) && announced.every((routes) => !routes.has(each)))
}

/**
 * Takes the claim back where no daemon runs, so that none that starts later announces the VIP again. Withdrawing is left to
 * the guard of the daemon that died, which may still be waiting for another life: `left`. `held`: a daemon runs after all.
 */
export async function releaseWithoutDaemon(vip: ManualVip): Promise<'released' | 'left' | 'held'> {
  // Under the lock no daemon can be between reading the claims and opening its socket.
  const guarded = await acquireGuard({ runDir: vip.runDir, silence: longest, afterCrash: [] })
  if (guarded.kind === 'refused') return 'held'
  try {
    ClaimStore.open(vip.runDir).release(vip.name)
    return isReleased(vip) ? 'released' : 'left'
  } finally {
    await guarded.guard.release()
  }
}

/** The lock is let go after this, should this process hang; milliseconds. */
const longest = 5_000
