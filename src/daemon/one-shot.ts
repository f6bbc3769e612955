import { isManaged, type Config } from '../domain/config.js'
import { nothingInherited } from '../domain/health.js'
import { systemClock } from '../platform/clock.js'
import { createProcessRunner } from '../platform/process.js'
import { Engine } from './engine.js'
import { EventLog } from './event-log.js'
import { acquireGuard } from './guard.js'
import { journalPath, openJournal, readJournal } from './journal.js'
import { RequestStore } from './request-store.js'
import { engineParts } from './wiring.js'

/** What `withdraw --all` did without a daemon. */
export type WithdrawAllResult =
  | { readonly kind: 'done'; readonly withdrawn: number; readonly unbound: number }
  /** What stays, in words. */
  | { readonly kind: 'left'; readonly left: readonly string[] }
  | { readonly kind: 'refused'; readonly message: string }

const nothingMeasured = { observeCheck: () => {}, transition: () => {}, reaction: () => {}, correction: () => {} }

/**
 * Withdraws and unbinds all that the journal lists, and every host route of ours in the configured routers. It is the
 * daemon's own stop, over a configuration without VIPs. `panic`: a daemon that starts later stays disabled; `after-crash`:
 * this only cleans up behind one that died.
 */
export async function withdrawAll(
  config: Config,
  cause: 'panic' | 'after-crash',
  signal: AbortSignal,
): Promise<WithdrawAllResult> {
  const guarded = await acquireGuard({ runDir: config.runDir, silence: longestSweep, afterCrash: [] })
  if (guarded.kind === 'refused') return guarded
  try {
    if (cause === 'panic') RequestStore.open(config, systemClock).disableAll()
    return await sweep({ ...config, routers: config.routers.filter((router) => !isManaged(router)) }, signal)
  } finally {
    await guarded.guard.release()
  }
}

/** The lock is let go after this, should this process hang; milliseconds. */
const longestSweep = 300_000

async function sweep(config: Config, signal: AbortSignal): Promise<WithdrawAllResult> {
  const { state } = readJournal(journalPath(config.runDir))
  const before = {
    withdrawn: [...state.routes.values()].reduce((sum, set) => sum + set.size, 0),
    unbound: state.bindings.size,
  }
  const clock = systemClock
  const runner = createProcessRunner(clock)
  const events = new EventLog(clock, () => {})
  const { journal } = openJournal(config.runDir)
  const lifetime = new AbortController()
  const engine = new Engine({
    ...engineParts(config, { clock, runner }),
    config: { ...config, vips: [] },
    journal,
    requests: RequestStore.open(config, systemClock),
    events,
    telemetry: nothingMeasured,
    clock,
    random: Math.random,
  })
  const end = (): void => lifetime.abort()
  signal.addEventListener('abort', end)
  try {
    // So that they leave the configuration when the engine starts, and settle as long as it says.
    engine.fleet.configure(config, () => nothingInherited)
    await engine.start(lifetime.signal)
    const running = engine.run(lifetime.signal)
    const left = await engine.withdrawEverything(config.lifecycle.stopTimeout, lifetime.signal)
    lifetime.abort()
    await running
    return left.length === 0 ? { kind: 'done', ...before } : { kind: 'left', left }
  } finally {
    lifetime.abort()
    signal.removeEventListener('abort', end)
    journal.close()
  }
}
