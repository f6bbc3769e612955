import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'

import { sleep, type Clock } from '../platform/clock.js'

/** What the guard exits with when somebody else holds the lock. */
const heldByAnother = 75

/**
 * A shell that outlives the daemon; it costs 3 MB. $1 is the lock file, $2 the seconds without a sign of life, the rest the
 * command that withdraws. It holds the lock until the daemon ends; it waits a second for it, since the guard of a life that
 * was just killed may not have noticed yet. A daemon that ends without saying bye, or says nothing
 * for too long, is followed by the command, unless another life has taken the lock by then; `release` without a daemon holds it
 * for an instant. A daemon that is silent and
 * still holds its end of the pipe is frozen: it is killed first, or it would go on with wrong beliefs when it thaws.
 */
const script = `
lock=$1 silence=$2; shift 2
exec 9>>"$lock"
flock --wait 1 9 || exit ${heldByAnother}
echo held
while :; do
  read -r -t "$silence" word
  status=$?
  [ $status -eq 0 ] || break
  [ "$word" = bye ] && exit 0
done
[ $status -gt 128 ] && [ $# -gt 0 ] && kill -KILL "$PPID"
exec 9>&-
[ $# -eq 0 ] && exit 0
[ $status -gt 128 ] || sleep "$silence"
exec 9>>"$lock"
flock --wait 1 9 || exit 0
exec 9>&-
exec "$@"
`

export type GuardResult =
  | { readonly kind: 'held'; readonly guard: Guard }
  | { readonly kind: 'refused'; readonly message: string }

export interface Guard {
  /** Gives a sign of life three times per silence, until the signal aborts or the guard is gone. */
  beat(clock: Clock, signal: AbortSignal): Promise<void>
  /** An orderly end: the lock is free, and nothing is withdrawn. */
  release(): Promise<void>
}

export interface GuardOptions {
  readonly runDir: string
  /** Milliseconds without a sign of life after which the daemon counts as gone. */
  readonly silence: number
  /** What is run then; empty: nothing. */
  readonly afterCrash: readonly string[]
}

/**
 * One instance per run directory, and somebody who cleans up after it. The kernel frees the lock and closes the pipe
 * however this process ends, so neither can be stale, as a file with a process id in it could.
 */
export function acquireGuard({ runDir, silence, afterCrash }: GuardOptions): Promise<GuardResult> {
  mkdirSync(runDir, { recursive: true, mode: 0o755 })
  const path = join(runDir, 'lock')
  // Whoever can open the file can hold the lock, so nobody else may open it.
  closeSync(openSync(path, 'a', 0o600))
  const argv = ['-c', script, 'vipcast-guard', path, String(silence / 1000), ...afterCrash]
  // A group of its own: a Ctrl-C in the terminal is for the daemon, which then says bye.
  const child = spawn('bash', argv, { stdio: ['pipe', 'pipe', 'inherit'], detached: true })
  return new Promise((resolve) => {
    const refuse = (message: string): void => resolve({ kind: 'refused', message })
    child.once('error', (error) =>
      refuse(`The guard could not be started: ${error.message}. Install the package bash.`),
    )
    child.once('close', (code) => {
      if (code === heldByAnother)
        refuse(`Another vipcast runs with the run directory ${runDir}; stop it first, or set another runDir.`)
      else refuse(`The lock ${path} could not be taken; the package util-linux has the program flock.`)
    })
    createInterface({ input: child.stdout }).once('line', () =>
      resolve({ kind: 'held', guard: createGuard(child, silence) }),
    )
  })
}

/** Milliseconds until a guard that ended is followed by another. */
const guardPause = 1_000

/**
 * Keeps a guard standing until the signal aborts: one that somebody killed is followed by another. Resolves with the last
 * one, which is then to be released.
 */
export async function keepGuard(
  first: Guard,
  options: GuardOptions,
  tell: (text: string) => void,
  clock: Clock,
  signal: AbortSignal,
): Promise<Guard> {
  let guard = first
  while (!signal.aborted) {
    await guard.beat(clock, signal)
    if (signal.aborted) break
    tell('the guard that cleans up after a crash ended; another is started')
    await sleep(clock, guardPause, signal)
    const again = await acquireGuard(options)
    if (again.kind === 'held') guard = again.guard
    else tell(again.message)
  }
  return guard
}

function createGuard(child: ChildProcessByStdio<Writable, Readable, null>, silence: number): Guard {
  const ended = new AbortController()
  const gone = new Promise<void>((resolve) => {
    child.once('close', () => {
      ended.abort()
      resolve()
    })
  })
  // A write to a guard that was just killed (EPIPE) must not take the daemon along.
  child.stdin.on('error', () => {})
  return {
    beat: async (clock, signal) => {
      const either = AbortSignal.any([signal, ended.signal])
      while (!either.aborted) {
        child.stdin.write('alive\n')
        await sleep(clock, silence / 3, either)
      }
    },
    release: () => {
      child.stdin.end('bye\n')
      return gone
    },
  }
}
