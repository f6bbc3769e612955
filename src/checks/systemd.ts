import type { SystemdProbe } from '../domain/config.js'
import type { ProbeProblem } from '../domain/probe-problem.js'
import type { Clock } from '../platform/clock.js'
import type { Finding, Prober, ProbeKind, ProbeTiming, ProbeTools } from './probe.js'
import { aborted, failed, passed, sharedBy, untested } from './probe.js'
import { shown } from './shown.js'
import { busProblem } from './system-bus.js'
import { SystemdUnits, type UnitState } from './systemd-units.js'

/**
 * Passes while systemd has the unit active. systemd is asked over the system bus, once for all units, and tells of every
 * change at once: no process runs for it. A unit that hangs stays active.
 *
 * | what systemd says            | result                                                        |
 * |------------------------------|---------------------------------------------------------------|
 * | active, or active again soon | pass: active (running); reloading (reload)                    |
 * | on its way, or gone          | fail: activating (auto-restart); deactivating (stop-sigterm)  |
 * | not running                  | fail: inactive (dead); failed                                 |
 * | no unit file; a wrong one    | fail: no such unit; its unit file can not be used (bad-setting) |
 * | masked                       | fail: masked                                                  |
 * | nothing, though it is there  | fail: no answer from systemd within 500 ms                    |
 * | it can't be asked            | unknown: this host was not booted with systemd                |
 */
export const systemd: ProbeKind<SystemdProbe> = {
  target: () => null,
  create: (probe, tools, timing) => createSystemdProber(probe, tools, timing),
}

const unitsOf = sharedBy(({ clock }) => new SystemdUnits(clock))

function createSystemdProber({ unit }: SystemdProbe, tools: ProbeTools, { fastInterval }: ProbeTiming): Prober {
  const units = unitsOf(tools)
  let onChange = (): void => {}
  const release = units.watch(unit, () => onChange())
  return {
    watch: (changed) => (onChange = changed),
    probe: async (signal) => {
      try {
        // What systemd said lately still holds, since it would have told of a change.
        const state = await units.state(unit, fastInterval, signal)
        return state === null ? aborted('no answer from systemd') : judgeUnit(state)
      } catch (error) {
        return signal.aborted ? aborted('no answer from systemd') : untested(busProblem(error as Error))
      }
    },
    close: release,
  }
}

/** States of a unit that is at work; `systemctl is-active` says the same. */
const atWork: ReadonlySet<string> = new Set(['active', 'reloading', 'refreshing'])

export function judgeUnit({ load, active, sub }: UnitState): Finding {
  if (atWork.has(active)) return passed(stateText(active, sub))
  if (load === 'not-found') return failed('no such unit')
  if (load === 'masked') return failed('masked')
  if (load !== 'loaded') return failed(`its unit file can not be used (${plain(load)})`)
  return failed(stateText(active, sub))
}

/** `failed (failed)` would say the same twice. */
function stateText(active: string, sub: string): string {
  return sub === active || sub === '' ? plain(active) : `${plain(active)} (${plain(sub)})`
}

/** Words of systemd's are plain; whatever else comes is quoted. */
function plain(word: string): string {
  return /^[a-z0-9-]+$/.test(word) ? word : shown(word)
}

/** Milliseconds for `validate` to wait for systemd. */
const patience = 2_000

/** Asks systemd of this host for the unit, before there is a daemon. */
export async function inspectUnit({ unit }: SystemdProbe, clock: Clock): Promise<ProbeProblem | null> {
  const units = new SystemdUnits(clock)
  const release = units.watch(unit, () => {})
  const life = new AbortController()
  const cancel = clock.timer(patience, () => life.abort())
  const missing = (message: string): ProbeProblem => ({ key: 'unit', kind: 'missing', message })
  try {
    const state = await units.state(unit, 0, life.signal)
    if (state === null) return missing(`systemd does not answer for ${unit}`)
    return state.load === 'not-found' ? missing(`there is no unit ${unit} on this host`) : null
  } catch (error) {
    const why = life.signal.aborted ? 'no answer' : busProblem(error as Error)
    return missing(`systemd can not be asked for ${unit}: ${why}`)
  } finally {
    cancel()
    release()
  }
}
