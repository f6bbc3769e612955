import { runGroup } from './process-group.js'
import { runToEnd } from './process-run.js'
import { startLongRunning } from './process-start.js'
import type { Clock } from './clock.js'

/** How a child process ended. */
export type ProcessEnd =
  | { readonly kind: 'exited'; readonly code: number }
  /** Killed by somebody else, or by its own fault. */
  | { readonly kind: 'signalled'; readonly signal: string }
  /** Killed by us, `after` milliseconds. */
  | { readonly kind: 'timed-out'; readonly after: number }
  /** Ended by us because the signal aborted, or never started because it had. */
  | { readonly kind: 'aborted' }
  | { readonly kind: 'spawn-failed'; readonly program: string; readonly reason: SpawnFailure; readonly error: Error }

/** `busy`: the host has no room for one more process now; later it may. */
export type SpawnFailure = 'missing' | 'not-permitted' | 'busy'

export interface ProcessResult {
  readonly end: ProcessEnd
  readonly stdout: string
  readonly stderr: string
  /** Whether output above `maxOutput` was thrown away. */
  readonly truncated: boolean
}

export interface RunOptions {
  /** Milliseconds until the child is killed. */
  readonly timeout: number
  readonly signal: AbortSignal
  readonly stdin?: string
  /** Characters kept of each of stdout and stderr; 16 Mi by default. */
  readonly maxOutput?: number
}

export interface StartOptions {
  /** Its abort ends the process. */
  readonly signal: AbortSignal
  /** How it is asked to end, and the milliseconds until it is killed; killed at once by default. */
  readonly stop?: { readonly signal: NodeJS.Signals; readonly grace: number }
}

export interface GroupOptions {
  /** Its abort kills the whole group. */
  readonly signal: AbortSignal
  /** Its standard input has no end before it does: what `groupDiesWithUs` waits for. By default it is empty. */
  readonly lifeline?: boolean
  /** Laid over the environment that every child has. */
  readonly env?: Readonly<Record<string, string>>
  /** Characters of each of stdout and stderr; who says more is killed, and ends as `aborted` and `truncated`. */
  readonly maxOutput: number
}

/** A process that runs until it is ended. */
export interface RunningProcess {
  /** Undefined when it could not be started. */
  readonly pid: number | undefined
  /** Its standard output, once. It must be read to the end: a full pipe stops the process. */
  readonly lines: AsyncIterable<string>
  /** Resolves when it is gone; never rejects. `stderr` is the last 4,096 characters. */
  readonly ended: Promise<{ readonly end: ProcessEnd; readonly stderr: string }>
  /** Sends it a signal; nothing happens when it is gone. */
  kill(signal: NodeJS.Signals): void
}

/**
 * Runs programs: a list of arguments, never a shell line. An argument of whoever needs one, so that tests can put
 * another in its place. Spawning blocks the event loop for 1 to 1.5 ms.
 */
export interface ProcessRunner {
  /**
   * Runs a program to its end. Never rejects: every way to fail is a `ProcessEnd`. When it takes too long it is killed
   * with all that it started.
   */
  run(argv: readonly string[], options: RunOptions): Promise<ProcessResult>
  /**
   * Runs a program that is not trusted to behave. Nothing of its process group outlives it. Resolves when it is gone,
   * however long that takes after it was killed, so that who runs it again never has two of them. Never rejects.
   */
  runGroup(argv: readonly string[], options: GroupOptions): Promise<ProcessResult>
  /** Starts a program that dies with this process, however this process dies. To be called on the main thread. */
  start(argv: readonly string[], options: StartOptions): RunningProcess
}

export function createProcessRunner(clock: Clock): ProcessRunner {
  return {
    run: (argv, options) => runToEnd(argv, options, clock),
    runGroup: (argv, options) => runGroup(argv, options, clock),
    start: (argv, options) => startLongRunning(argv, options, clock),
  }
}

/** The end of a process as half a sentence, `exited with 1: no such file`; `stderr` gives the cause. */
export function describeEnd(end: ProcessEnd, stderr: string): string {
  const said = stderr.trim().split('\n').at(-1) ?? ''
  return said === '' || end.kind === 'spawn-failed' ? endings(end) : `${endings(end)}: ${said}`
}

function endings(end: ProcessEnd): string {
  if (end.kind === 'exited') return `exited with ${end.code}`
  if (end.kind === 'signalled') return `was killed by ${end.signal}`
  if (end.kind === 'timed-out') return `did not end within ${end.after / 1000} s and was killed`
  if (end.kind === 'aborted') return 'was stopped'
  return `could not be started: ${end.error.message}`
}
