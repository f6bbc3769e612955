import { loadConfig } from '../config/load.js'
import { formatErrors } from '../config/errors.js'
import { startControl } from '../control/server.js'
import { createMeters } from '../control/telemetry.js'
import type { Config } from '../domain/config.js'
import { systemClock } from '../platform/clock.js'
import { collectGarbage } from '../platform/garbage.js'
import { createProcessRunner } from '../platform/process.js'
import { countConnections } from '../kernel/connections.js'
import { Engine } from './engine.js'
import { EventLog } from './event-log.js'
import { acquireGuard, keepGuard } from './guard.js'
import { inForcePath, keepInForce } from './in-force.js'
import { openJournal, type Journal } from './journal.js'
import { openLog, type DaemonLog } from './log.js'
import { notifySystemd } from './notify.js'
import { Operator } from './operator.js'
import { RequestStore } from './request-store.js'
import { stopSignals } from './signals.js'
import { engineParts } from './wiring.js'

export interface RunOptions {
  readonly configFile: string
  readonly version: string
}

/** For one count of connections, in milliseconds. */
const countTimeout = 5_000

/** What `run` returns to the shell. */
const exitCode = { done: 0, failed: 1, badConfiguration: 2 } as const

/**
 * The daemon, in the foreground, until SIGTERM or SIGINT. Returns the exit code: 0 when nothing of ours stayed, 1 when
 * something did or when it could not start, 2 for a configuration that is not valid.
 */
export async function run({ configFile, version }: RunOptions): Promise<number> {
  const loaded = await loadConfig(configFile)
  if (loaded.kind === 'invalid') return complain(formatErrors(loaded.errors), exitCode.badConfiguration)
  const { config } = loaded
  collectGarbage()
  const guardOptions = { runDir: config.runDir, silence: config.lifecycle.deadMan, afterCrash: afterCrash(config) }
  const guarded = await tryTo(() => acquireGuard(guardOptions))
  if (guarded instanceof Error) return complain(`The run directory ${config.runDir} can't be used: ${guarded.message}.`)
  if (guarded.kind === 'refused') return complain(guarded.message)
  const log = openLog(config.log)
  const events = new EventLog(systemClock, (event) => log.event(event))
  const guarding = new AbortController()
  const tell = (text: string): void => events.emit({ kind: 'daemon', text })
  const guard = keepGuard(guarded.guard, guardOptions, tell, systemClock, guarding.signal)
  try {
    keepInForce(config.runDir, loaded.text)
    return await live(config, version, log, events)
  } catch (error) {
    return complain((error as Error).message)
  } finally {
    guarding.abort()
    await (await guard).release()
    await flushLog(log)
  }
}

/** Everything while the guard stands. */
async function live(config: Config, version: string, log: DaemonLog, events: EventLog): Promise<number> {
  const stop = stopSignals()
  const lifetime = new AbortController()
  const checking = new AbortController()
  const meters = createMeters()
  const clock = systemClock
  const runner = createProcessRunner(clock)
  const { journal, trouble } = openJournal(config.runDir)
  if (trouble !== null) events.emit({ kind: 'daemon', text: trouble })
  const parts = { ...engineParts(config, { clock, runner }), clock, random: Math.random }
  const requests = RequestStore.open(config, clock)
  if (hasNothing(journal)) requests.endWaits()
  const engine = new Engine({ ...parts, config, journal, requests, events, telemetry: meters })
  const operator = new Operator({
    engine,
    config,
    version,
    signal: lifetime.signal,
    reloaded: ({ runDir, vips }, text) => {
      keepInForce(runDir, text)
      meters.keepOnly(new Set(vips.map((vip) => vip.name)))
    },
    connections: (addresses, signal) => countConnections(runner, addresses, countTimeout, signal),
  })
  const onError = (error: Error): void => log.logger.error({ kind: 'daemon' }, error.message)
  const control = await startControl({ config, port: operator, meters, clock, signal: lifetime.signal, onError })
  const hangUp = (): void => void operator.request({ kind: 'reload' })
  process.on('SIGHUP', hangUp)
  try {
    await engine.start(lifetime.signal)
    const running = engine.run(lifetime.signal)
    const checks = engine.checks.run(checking.signal)
    operator.enter('running')
    const vips = config.vips.length === 1 ? '1 VIP' : `${config.vips.length} VIPs`
    events.emit({ kind: 'daemon', text: `vipcast ${version} is running with ${vips}` })
    await notifySystemd(runner, ['--ready'], lifetime.signal)
    // Both end only when they are told to: a fault in one ends the daemon as any other error does.
    await Promise.race([stop.first, Promise.all([running, checks])])
    operator.enter('stopping')
    events.emit({ kind: 'daemon', text: 'stopping' })
    await notifySystemd(runner, ['STOPPING=1'], lifetime.signal)
    checking.abort()
    await checks
    const left = await leave(engine, lifetime.signal)
    lifetime.abort()
    await running
    return left.length === 0 ? exitCode.done : complain(leftBehind(left))
  } finally {
    process.off('SIGHUP', hangUp)
    checking.abort()
    lifetime.abort()
    await control.closed
    journal.close()
    stop.release()
  }
}

/** Whether the life before left nothing, or there was none since the boot. */
function hasNothing({ state: { bindings, routes } }: Journal): boolean {
  return bindings.size === 0 && [...routes.values()].every((addresses) => addresses.size === 0)
}

/** What withdraws when this process ends without having done so itself. */
function afterCrash({ runDir, lifecycle }: Config): string[] {
  return lifecycle.onCrash === 'keep'
    ? []
    : [process.execPath, process.argv[1] ?? '', 'withdraw', '--after-crash', '--config', inForcePath(runDir)]
}

/** Withdraws, settles, unbinds; with `onStop: keep` everything stays for the next life to adopt. */
async function leave(engine: Engine, signal: AbortSignal): Promise<string[]> {
  const { onStop, stopTimeout } = engine.fleet.config.lifecycle
  if (onStop === 'keep') {
    await engine.kernel.refresher.leaveAll(stopTimeout, signal)
    return []
  }
  return engine.withdrawEverything(stopTimeout, signal)
}

function leftBehind(left: readonly string[]): string {
  const shown = left.slice(0, 20).join(', ')
  const more = left.length > 20 ? ` and ${left.length - 20} more` : ''
  return `Not withdrawn within lifecycle.stopTimeout: ${shown}${more}. Start vipcast again, or run \`vipcast withdraw --all\` when the router answers.`
}

function complain(text: string, code: number = exitCode.failed): number {
  process.stderr.write(`${text}\n`)
  return code
}

async function tryTo<T>(work: () => Promise<T>): Promise<T | Error> {
  try {
    return await work()
  } catch (error) {
    return error as Error
  }
}

/** A log that nobody reads must not keep the process: half a second, then what is left of it is lost. */
async function flushLog(log: DaemonLog): Promise<void> {
  await Promise.race([log.flushed(), new Promise((resolve) => setTimeout(resolve, 500))])
}
