import type { Readable } from 'node:stream'
import type { Clock } from './clock.js'
import { killGroup, reapTimeout, spawnChild, spawnFailed } from './process-spawn.js'
import type { Child } from './process-spawn.js'
import type { ProcessEnd, ProcessResult, RunOptions } from './process.js'

/** Output that is kept of one stream unless the caller says otherwise: 16 Mi characters. */
const defaultMaxOutput = 16 * 1024 * 1024

/** `ProcessRunner.run`. */
export async function runToEnd(argv: readonly string[], options: RunOptions, clock: Clock): Promise<ProcessResult> {
  if (options.signal.aborted) return { end: { kind: 'aborted' }, stdout: '', stderr: '', truncated: false }
  const child = spawnChild(argv)
  if ('kind' in child) return { end: child, stdout: '', stderr: '', truncated: false }

  const stdout = keepOutput(child.stdout, options.maxOutput ?? defaultMaxOutput)
  const stderr = keepOutput(child.stderr, options.maxOutput ?? defaultMaxOutput)
  feed(child, options.stdin)
  const end = await waitForEnd(child, argv[0] ?? '', options, clock)
  const truncated = stdout.truncated() || stderr.truncated()
  return { end, stdout: stdout.text(), stderr: stderr.text(), truncated }
}

/** Ends when the output has ended too: an exit alone leaves the last lines in the pipe. */
function waitForEnd(child: Child, program: string, options: RunOptions, clock: Clock): Promise<ProcessEnd> {
  return new Promise((resolve) => {
    let ours: ProcessEnd | undefined
    let cancelReap = (): void => {}
    const settle = (end: ProcessEnd): void => {
      cancelTimeout()
      cancelReap()
      options.signal.removeEventListener('abort', abort)
      resolve(end)
    }
    const kill = (end: ProcessEnd): void => {
      if (ours !== undefined) return
      ours = end
      killGroup(child)
      // A descendant that left the group may hold the other ends of the pipes open for ever.
      child.stdin.destroy()
      child.stdout.destroy()
      child.stderr.destroy()
      cancelReap = clock.timer(reapTimeout, () => {
        child.unref()
        settle(end)
      })
    }
    const abort = (): void => kill({ kind: 'aborted' })
    const cancelTimeout = clock.timer(options.timeout, () => kill({ kind: 'timed-out', after: options.timeout }))
    options.signal.addEventListener('abort', abort)
    child.on('error', (error) => {
      if (child.pid === undefined) settle(spawnFailed(program, error))
    })
    child.on('close', (code, signal) => settle(ours ?? endOf(code, signal)))
  })
}

/** Node gives either an exit code or a signal. */
export function endOf(code: number | null, signal: string | null): ProcessEnd {
  return signal === null ? { kind: 'exited', code: code ?? 0 } : { kind: 'signalled', signal }
}

/** Reads on when the limit is reached, so that the child is not stopped by a full pipe. */
function keepOutput(stream: Readable, limit: number): { text(): string; truncated(): boolean } {
  const chunks: string[] = []
  let kept = 0
  let truncated = false
  stream.setEncoding('utf8')
  stream.on('data', (chunk: string) => {
    const room = limit - kept
    truncated ||= chunk.length > room
    if (room > 0) chunks.push(chunk.slice(0, room))
    kept += Math.min(chunk.length, room)
  })
  return { text: () => chunks.join(''), truncated: () => truncated }
}

function feed(child: Child, stdin: string | undefined): void {
  // A child that ends without reading breaks the pipe; how it ended says more than that error.
  child.stdin.on('error', () => {})
  child.stdin.end(stdin ?? '')
}
