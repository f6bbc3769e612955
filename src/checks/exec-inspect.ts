import type { ExecProbe } from '../domain/config.js'
import type { ProbeProblem } from '../domain/probe-problem.js'
import type { ProcessRunner } from '../platform/process.js'
import { findProgram } from '../platform/process-spawn.js'
import { isDaemonsUser } from './daemon-user.js'
import { findAccount, lackedFor } from './account.js'

/** Looks for a program and its user; null when there is nothing to say. */
export async function inspectExec(probe: ExecProbe, runner: ProcessRunner): Promise<ProbeProblem | null> {
  return (await inspectUser(probe.user, runner)) ?? inspectProgram(probe)
}

async function inspectUser(user: string | null, runner: ProcessRunner): Promise<ProbeProblem | null> {
  if (user === null) return null
  const account = await findAccount(user, runner, new AbortController().signal)
  if (typeof account === 'string') return { key: 'user', kind: 'missing', message: account }
  const lacked = await lackedFor(account)
  if (lacked.length === 0) return null
  return {
    key: 'user',
    kind: (await isDaemonsUser()) ? 'not-permitted' : 'missing',
    message: `to run programs as ${user} vipcast needs ${lacked.join(', ')}`,
  }
}

/** As another user it may be found or not: that is not for us to see. */
function inspectProgram({ command: [program = ''], user }: ExecProbe): ProbeProblem | null {
  if (user !== null || program === '' || findProgram(program) !== undefined) return null
  return { key: 'command', kind: 'missing', message: `there is no program ${program}, or it may not be executed` }
}
