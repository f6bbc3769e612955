import type { ProcessRunner, RunningProcess } from '../../src/platform/process.js'
import { createProcessRunner } from '../../src/platform/process.js'
import { systemClock } from '../../src/platform/clock.js'

/** A network namespace of its own, with `lo` up; nothing done through its runner reaches the host. */
export interface Namespace {
  /** Runs programs inside. */
  readonly runner: ProcessRunner
  /** Runs a program inside that must succeed; returns its output. */
  exec(...argv: string[]): Promise<string>
  /** A process that lives in it and holds it. */
  readonly pid: number
  close(): Promise<void>
}

const outside = createProcessRunner(systemClock)
const hold = 'ip link set lo up && echo ready && exec sleep infinity'

/**
 * As root, or without root inside a user namespace; throws where neither is possible. It dies with this process. A second
 * one that shall be linked with the first is opened beside it, in the same user namespace.
 */
export async function openNamespace(beside?: Namespace): Promise<Namespace> {
  const root = process.getuid?.() === 0
  const life = new AbortController()
  const own = root || beside !== undefined ? '-n' : '-Urn'
  const holder = (beside?.runner ?? outside).start(['unshare', own, 'sh', '-c', hold], { signal: life.signal })
  if (holder.pid === undefined || !(await saysReady(holder))) {
    const { stderr } = await holder.ended
    throw new Error(
      `no network namespace can be made here: ${stderr.trim()}; run as root, or set LAB=none to go without`,
    )
  }
  const runner = runnerInside(holder.pid)
  return {
    runner,
    pid: holder.pid,
    exec: (...argv) => succeed(runner, argv, life.signal),
    close: async () => {
      life.abort()
      await holder.ended
    },
  }
}

/** Runs programs in the network namespace of a process of this user's. */
export function runnerInside(pid: number): ProcessRunner {
  const root = process.getuid?.() === 0
  const enter = ['nsenter', '-t', String(pid), ...(root ? ['-n'] : ['-U', '-n', '--preserve-credentials'])]
  return {
    run: (argv, options) => outside.run([...enter, ...argv], options),
    runGroup: (argv, options) => outside.runGroup([...enter, ...argv], options),
    start: (argv, options) => outside.start([...enter, ...argv], options),
  }
}

async function saysReady(holder: RunningProcess): Promise<boolean> {
  for await (const line of holder.lines) return line === 'ready'
  return false
}

async function succeed(runner: ProcessRunner, argv: string[], signal: AbortSignal): Promise<string> {
  const { end, stdout, stderr } = await runner.run(argv, { timeout: 60_000, signal })
  if (end.kind === 'exited' && end.code === 0) return stdout
  throw new Error(`${argv.join(' ')}: ${JSON.stringify(end)} ${stderr}`)
}
