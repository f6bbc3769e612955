import type { Readable } from 'node:stream'
import type { Clock } from './clock.js'
import { diesWithUs } from './dies-with-us.js'
import { endOf } from './process-run.js'
import { findProgram, killGroup, reapTimeout, spawnChild, spawnFailed } from './process-spawn.js'
import type { Child } from './process-spawn.js'
import type { ProcessEnd, RunningProcess, StartOptions } from './process.js'

const stderrKept = 4096
/** Milliseconds after the exit in which the last of the output is read. */
const stderrDelay = 200

/** `ProcessRunner.start`. */
export function startLongRunning(argv: readonly string[], options: StartOptions, clock: Clock): RunningProcess {
  if (options.signal.aborted) return notStarted({ kind: 'aborted' })
  for (const program of [argv[0] ?? '', 'setpriv']) {
    if (findProgram(program) === undefined) return notStarted(missing(program))
  }
  const child = spawnChild(diesWithUs(argv))
  if ('kind' in child) return notStarted(child)
  child.stdin.end()
  child.stdout.setEncoding('utf8')
  const stderr = lastOutput(child.stderr)
  const ended = waitForExit(child, options, clock).then(async (end) => {
    await stderr.ended(clock)
    return { end, stderr: stderr.text() }
  })
  return { pid: child.pid, lines: readLines(child.stdout), ended, kill: (signal) => void child.kill(signal) }
}

/** The text of a stream line by line; a stream that is cut off ends like one that ends. */
export async function* readLines(stream: Readable): AsyncGenerator<string> {
  let rest = ''
  try {
    for await (const chunk of stream) {
      const parts = `${rest}${chunk as string}`.split('\n')
      rest = parts.pop() ?? ''
      yield* parts
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error
  }
  if (rest !== '') yield rest
}

/** Ends at the exit, not at the end of the output: that may be unread, or held open by a grandchild. */
function waitForExit(child: Child, options: StartOptions, clock: Clock): Promise<ProcessEnd> {
  const { signal: stopSignal, grace } = options.stop ?? { signal: 'SIGKILL', grace: 0 }
  return new Promise((resolve) => {
    const timers: (() => void)[] = []
    const settle = (end: ProcessEnd): void => {
      for (const cancel of timers) cancel()
      options.signal.removeEventListener('abort', stop)
      resolve(options.signal.aborted ? { kind: 'aborted' } : end)
    }
    const giveUp = (): void => {
      child.unref()
      child.stdout.destroy()
      settle({ kind: 'aborted' })
    }
    const stop = (): void => {
      child.kill(stopSignal)
      timers.push(clock.timer(grace, () => killGroup(child)))
      timers.push(clock.timer(grace + reapTimeout, giveUp))
    }
    options.signal.addEventListener('abort', stop)
    child.on('error', (error) => {
      if (child.pid === undefined) settle(spawnFailed('setpriv', error))
    })
    child.on('exit', (code, signal) => settle(endOf(code, signal)))
  })
}

function notStarted(end: ProcessEnd): RunningProcess {
  return { pid: undefined, lines: noLines(), ended: Promise.resolve({ end, stderr: '' }), kill: () => {} }
}

async function* noLines(): AsyncGenerator<string> {}

function missing(program: string): ProcessEnd {
  const error: NodeJS.ErrnoException = new Error(`${program} is not installed`)
  error.code = 'ENOENT'
  return spawnFailed(program, error)
}

/** `ended` waits for what is still in the pipe, but not for a grandchild that holds it open. */
function lastOutput(stream: Readable): { text(): string; ended(clock: Clock): Promise<void> } {
  let text = ''
  stream.setEncoding('utf8')
  stream.on('data', (chunk: string) => {
    text = `${text}${chunk}`.slice(-stderrKept)
  })
  const closed = new Promise<void>((resolve) => stream.once('close', resolve))
  return {
    text: () => text,
    ended: async (clock) => {
      let cancel = (): void => {}
      await Promise.race([closed, new Promise<void>((resolve) => (cancel = clock.timer(stderrDelay, resolve)))])
      cancel()
    },
  }
}
