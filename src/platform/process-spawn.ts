import { spawn } from 'node:child_process'
import type { ChildProcessByStdio } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import type { ProcessEnd, SpawnFailure } from './process.js'

export type Child = ChildProcessByStdio<Writable, Readable, Readable>

/** How long a killed child may take to be gone: one that hangs inside the kernel can't be killed, and nobody waits. */
export const reapTimeout = 1000

/**
 * Most failures to spawn come later, as the child's `error` event. The child leads a process group of its own: an
 * interrupt from the terminal goes to all of ours, and would end what an orderly stop still needs. `env` is laid over the
 * environment that every child has.
 */
export function spawnChild(argv: readonly string[], env: Readonly<Record<string, string>> = {}): Child | ProcessEnd {
  const [program = '', ...args] = argv
  try {
    const child = spawn(program, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...childEnvironment(), ...env },
      detached: true,
    })
    // Without file descriptors for the pipes, Node leaves the streams out, against its own types.
    if ((child.stdout as Readable | undefined) !== undefined) return child
    child.on('error', () => {})
    return spawnFailed(program, new Error('too many open files'))
  } catch (error) {
    return spawnFailed(program, error)
  }
}

/** Kills a child and all that it started. */
export function killGroup(child: Child): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch (error) {
    // Gone between the question and the answer.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/**
 * Messages of C programs are read, so they must not be translated; and the path of a service or an ordinary user lacks
 * the directories where ip and gobgpd may be.
 */
export function childEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, LC_ALL: 'C', PATH: searchPath() }
}

/** Where a program is, or undefined: for those that are started through another one, which would only exit with 127. */
export function findProgram(program: string): string | undefined {
  if (program.includes('/')) return isExecutable(program) ? program : undefined
  return searchPath()
    .split(delimiter)
    .map((folder) => join(folder, program))
    .find(isExecutable)
}

export function spawnFailed(program: string, error: unknown): ProcessEnd {
  const cause = error instanceof Error ? error : new Error(String(error))
  return { kind: 'spawn-failed', program, reason: spawnFailure(cause), error: cause }
}

function spawnFailure({ code = '' }: NodeJS.ErrnoException): SpawnFailure {
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'missing'
  return code === 'EACCES' || code === 'EPERM' ? 'not-permitted' : 'busy'
}

function searchPath(): string {
  return [process.env['PATH'], '/usr/local/sbin', '/usr/sbin', '/sbin'].filter(Boolean).join(delimiter)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
