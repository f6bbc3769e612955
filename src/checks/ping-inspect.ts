import type { ProbeProblem } from '../domain/probe-problem.js'
import { lackedCapabilities } from '../platform/capabilities.js'
import type { Clock } from '../platform/clock.js'
import { createProcessRunner } from '../platform/process.js'
import { isDaemonsUser } from './daemon-user.js'
import { fpingTrouble } from './fping.js'

/** Milliseconds that fping may take for one echo to this host itself. */
const patience = 5_000

const tried = new WeakMap<Clock, Promise<ProbeProblem | null>>()

/** Tries whether fping runs here, once for all checks of type ping; null when it does. */
export function inspectPing(clock: Clock): Promise<ProbeProblem | null> {
  const trial = tried.get(clock) ?? tryFping(clock)
  tried.set(clock, trial)
  return trial
}

async function tryFping(clock: Clock): Promise<ProbeProblem | null> {
  const { signal } = new AbortController()
  const argv = ['fping', '-c', '1', '-t', '50', '127.0.0.1']
  const { end, stderr } = await createProcessRunner(clock).run(argv, { timeout: patience, signal })
  // That there is no reply, which it says by 1, is no matter here.
  if (end.kind === 'exited' && end.code <= 1) return null
  const here = await isDaemonsUser()
  if (end.kind === 'spawn-failed' && end.reason === 'missing')
    return { key: 'type', kind: here ? 'not-installed' : 'missing', message: 'fping is not installed (Debian: fping)' }
  const lacked = await lackedCapabilities(['CAP_NET_RAW'])
  const message = fpingTrouble(end, stderr, lacked.length > 0)
  return { key: 'type', kind: here ? 'not-permitted' : 'missing', message }
}
