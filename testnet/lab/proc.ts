import { readFileSync } from 'node:fs'

/** The first child of a process; undefined when it has none (yet), or has ended. */
export function childOf(pid: number): number | undefined {
  const text = readProc(`/proc/${pid}/task/${pid}/children`)?.trim() ?? ''
  return text === '' ? undefined : Number(text.split(' ')[0])
}

/** The pid in the innermost namespace of the process; NaN when it has ended. */
export function pidInNamespace(pid: number): number {
  const numbers = /^NSpid:\s*(.*)$/m.exec(readProc(`/proc/${pid}/status`) ?? '')?.[1]?.split(/\s+/)
  return Number(numbers?.at(-1) ?? Number.NaN)
}

/** The pid of what runs `depth` generations below a process; undefined while it does not run yet. */
export function commandBelow(pid: number, depth: number): number | undefined {
  if (depth === 0) return pid
  const child = childOf(pid)
  // Between fork and exec a child shows the command line of its parent, and when it has ended none.
  const line = child === undefined ? '' : (commandLine(child) ?? '')
  const started = child !== undefined && line !== '' && line !== commandLine(pid)
  return started ? commandBelow(child, depth - 1) : undefined
}

/** Sends a signal; a process that has ended meanwhile is no error. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

function commandLine(pid: number): string | undefined {
  return readProc(`/proc/${pid}/cmdline`)
}

function readProc(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // The process has ended.
    return undefined
  }
}
