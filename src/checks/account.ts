import { lackedCapabilities, type Capability } from '../platform/capabilities.js'
import { describeEnd, type ProcessRunner } from '../platform/process.js'

/** A user of this host, as a program runs as one. */
export interface Account {
  readonly name: string
  readonly uid: number
  readonly gid: number
  readonly home: string
}

/** Milliseconds that a directory service may take. */
const patience = 5_000

/** The user of a name or number, by whatever this host knows its users from; else why not, in half a sentence. */
export async function findAccount(user: string, runner: ProcessRunner, signal: AbortSignal): Promise<Account | string> {
  const { end, stdout, stderr } = await runner.run(['getent', 'passwd', user], { timeout: patience, signal })
  if (end.kind === 'exited' && end.code === 2) return `there is no user ${user} on this host`
  const account = end.kind === 'exited' && end.code === 0 ? parseAccount(stdout) : undefined
  return account ?? `the user ${user} can not be looked up: getent ${describeEnd(end, stderr)}`
}

/** A line of passwd(5). */
export function parseAccount(line: string): Account | undefined {
  const match = /^([^:]+):[^:]*:(\d+):(\d+):[^:]*:([^:]*):/.exec(line)
  if (match === null) return undefined
  const [, name = '', uid, gid, home = ''] = match
  return { name, uid: Number(uid), gid: Number(gid), home }
}

/** To become another user, and to end what runs as one. */
const needed: readonly Capability[] = ['CAP_SETUID', 'CAP_SETGID', 'CAP_KILL']

/** What this process lacks for running programs as that user. */
export async function lackedFor({ uid }: Account): Promise<Capability[]> {
  return uid === process.getuid?.() ? [] : lackedCapabilities(needed)
}

/** For setpriv: becoming that user, with its groups and without a privilege of ours. */
export function becoming({ uid, gid }: Account): string[] {
  if (uid === process.getuid?.()) return []
  const ids = ['--reuid', String(uid), '--regid', String(gid), '--init-groups']
  return [...ids, '--inh-caps', '-all', '--ambient-caps', '-all']
}
