import type { ExecProbe } from '../domain/config.js'
import { spawnsPerSecond } from '../domain/spawning.js'
import { groupDiesWithUs } from '../platform/dies-with-us.js'
import { describeEnd, type ProcessResult } from '../platform/process.js'
import { childEnvironment } from '../platform/process-spawn.js'
import { becoming, findAccount, lackedFor, type Account } from './account.js'
import { maxAnswer } from './answer.js'
import { createProgram } from './program.js'
import type { Finding, Prober, ProbeKind, ProbeTools } from './probe.js'
import { aborted, failed, passed, sharedBy, untested } from './probe.js'
import { shown } from './shown.js'
import { createTurns } from './turns.js'

/**
 * Passes when a program exits with 0. Nothing of its process group outlives the probe. Of what it printed the first line
 * is told: when it failed that of its errors, if there is one.
 *
 * | what happens                             | result                                                          |
 * |------------------------------------------|-----------------------------------------------------------------|
 * | exits with 0                             | pass: exit code 0: "3 workers"                                  |
 * | exits with something else                | fail: exit code 2: "no workers"                                 |
 * | … with what sh says of such programs     | fail: exit code 127 (not found): …; exit code 126 (not permitted): … |
 * | dies of a signal                         | fail: killed by SIGSEGV                                         |
 * | prints more than 256 KiB                 | fail: printed more than 256 KiB, and was killed                 |
 * | late                                     | fail: did not end within …; nor did the run before end within … |
 * | no such user, or no right to become it   | unknown: there is no user app on this host                      |
 * | no process can be started                | unknown: setpriv could not be started: …                        |
 */
export const exec: ProbeKind<ExecProbe> = {
  target: ({ host }) => host,
  create: (probe, tools) => createExecProber(probe, tools),
}

const turnsOf = sharedBy(({ clock }) => createTurns(clock, 1000 / spawnsPerSecond))

/** Who a program runs as: null is the daemon's own user, a text why it can't be run at all. */
type RunsAs = Account | null | string

function createExecProber(probe: ExecProbe, tools: ProbeTools): Prober {
  const program = createProgram(tools.runner)
  const life = new AbortController()
  let runsAs: RunsAs = null

  const prepare = async (turn: Promise<void> | undefined): Promise<void> => {
    await turn
    if (probe.user !== null && (runsAs === null || typeof runsAs === 'string'))
      runsAs = await accountOf(probe.user, tools, life.signal)
  }
  return {
    load: () => prepare(turnsOf(tools)()),
    probe: async (signal) => {
      if (typeof runsAs === 'string') return untested(runsAs)
      const argv = groupDiesWithUs(probe.command, runsAs === null ? [] : becoming(runsAs))
      const options = { signal, env: environmentOf(probe, runsAs), maxOutput: maxAnswer, lifeline: true }
      return judge(await program.run(argv, options))
    },
    close: () => life.abort(),
  }
}

async function accountOf(user: string, { runner }: ProbeTools, signal: AbortSignal): Promise<Account | string> {
  const account = await findAccount(user, runner, signal)
  if (typeof account === 'string') return account
  const lacked = await lackedFor(account)
  return lacked.length === 0 ? account : `vipcast may not run programs as ${user}: it lacks ${lacked.join(', ')}`
}

/** A path of its own goes before that of every child, where setpriv and sh are. */
function environmentOf({ env }: ExecProbe, runsAs: Account | null): Record<string, string> {
  const own = runsAs === null ? {} : { HOME: runsAs.home, USER: runsAs.name, LOGNAME: runsAs.name }
  const path = env['PATH'] === undefined ? {} : { PATH: `${env['PATH']}:${childEnvironment()['PATH']}` }
  return { ...own, ...env, ...path }
}

function judge(result: ProcessResult | 'late' | 'held-up'): Finding {
  if (result === 'late') return aborted('did not end')
  if (result === 'held-up') return aborted('the run before was killed, and did not end')
  const { end, stdout, stderr, truncated } = result
  if (truncated) return failed('printed more than 256 KiB, and was killed')
  switch (end.kind) {
    case 'exited': {
      const code = `exit code ${end.code}${meaning.get(end.code) ?? ''}`
      return end.code === 0 ? passed(saying(code, stdout)) : failed(saying(code, stderr, stdout))
    }
    case 'signalled':
      return failed(saying(`killed by ${end.signal}`, stderr, stdout))
    case 'spawn-failed':
      return untested(`${end.program} ${describeEnd(end, '')}: nothing was tested`)
    case 'aborted':
    case 'timed-out':
      return aborted('did not end')
  }
}

/** By the convention of shells, of which one executes the program (POSIX, Shell Command Language 2.8.2). */
const meaning: ReadonlyMap<number, string> = new Map([
  [126, ' (not permitted)'],
  [127, ' (not found)'],
])

/** Adds the first line that is not empty. */
function saying(end: string, ...outputs: readonly string[]): string {
  const line = outputs.flatMap((output) => output.split('\n')).find((line) => line.trim() !== '')
  return line === undefined ? end : `${end}: ${shown(line.trim(), 80)}`
}
