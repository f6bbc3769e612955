import type { Readable } from 'node:stream'

import type { Clock } from './clock.js'
import { endOf } from './process-run.js'
import { reapTimeout, spawnChild, spawnFailed, type Child } from './process-spawn.js'
import type { GroupOptions, ProcessEnd, ProcessResult } from './process.js'

/** How long the last output may take after the exit: who left the group may hold the pipe open for ever. Milliseconds. */
const drain = 100

/** `ProcessRunner.runGroup`. */
export async function runGroup(argv: readonly string[], options: GroupOptions, clock: Clock): Promise<ProcessResult> {
  const nothing = { stdout: '', stderr: '', truncated: false }
  if (options.signal.aborted) return { end: { kind: 'aborted' }, ...nothing }
  const child = spawnChild(argv, options.env)
  if ('kind' in child) return { end: child, ...nothing }

  let truncated = false
  let ours = false
  let cancel = (): void => {}
  const stop = (): void => {
    ours = true
    cancel()
    // One that hangs inside the kernel must not keep this process from ending.
    cancel = clock.timer(reapTimeout, () => child.unref())
    killAll(child)
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy()
  }
  const excess = (): void => {
    truncated = true
    stop()
  }
  const stdout = gather(child.stdout, options.maxOutput, excess)
  const stderr = gather(child.stderr, options.maxOutput, excess)
  child.stdin.on('error', () => {}) // how it ended says more than that it did not read
  if (options.lifeline !== true) child.stdin.end()
  options.signal.addEventListener('abort', stop)
  const end = await untilGone(child, argv[0] ?? '', clock)
  options.signal.removeEventListener('abort', stop)
  cancel()
  return {
    end: ours && end.kind !== 'spawn-failed' ? { kind: 'aborted' } : end,
    stdout: stdout(),
    stderr: stderr(),
    truncated,
  }
}

function untilGone(child: Child, program: string, clock: Clock): Promise<ProcessEnd> {
  return new Promise((resolve) => {
    let cancel = (): void => {}
    child.on('error', (error) => {
      if (child.pid === undefined) resolve(spawnFailed(program, error))
    })
    child.on('exit', () => {
      killAll(child)
      cancel = clock.timer(drain, () => {
        child.stdout.destroy()
        child.stderr.destroy()
      })
    })
    child.on('close', (code, signal) => {
      cancel()
      resolve(endOf(code, signal))
    })
  })
}

/** Unlike `killGroup`, when the leader has ended too: its id stays the group's as long as anybody is in it. */
function killAll({ pid }: Child): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // Nobody is left in it, or all who are became another user, whom this one may not kill: then it is waited for.
  }
}

function gather(stream: Readable, limit: number, excess: () => void): () => string {
  let text = ''
  stream.setEncoding('utf8')
  stream.on('data', (piece: string) => {
    text += piece
    if (text.length <= limit) return
    text = text.slice(0, limit)
    excess()
  })
  return () => text
}
