import type { ProcessEnd, ProcessRunner, RunningProcess } from '../../src/platform/process.js'
import { scriptedRunner } from './scripted-runner.js'

/** One fping that was started, in the hands of a test. */
export interface FakeFping {
  /** What follows the name of the program. */
  readonly args: readonly string[]
  /** Whether nobody has ended it. */
  readonly runs: boolean
  says(...lines: readonly string[]): void
  /** Says that the echo with this number was replied to. */
  reply(address: string, sequence: number, milliseconds?: number): void
  ends(end: ProcessEnd): void
}

/** Starts no program; hands every fping that is asked for to the test. */
export function fakeFpingRunner(): ProcessRunner & { readonly started: readonly FakeFping[] } {
  const started: FakeFping[] = []
  return {
    ...scriptedRunner([]),
    started,
    start: (argv, { signal }) => {
      const { fping, process } = fakeFping(argv.slice(argv.indexOf('fping') + 1), signal)
      started.push(fping)
      return process
    },
  }
}

function fakeFping(args: readonly string[], signal: AbortSignal): { fping: FakeFping; process: RunningProcess } {
  const queue: string[] = []
  let wake = (): void => {}
  let end: ProcessEnd | null = null
  let tell = (): void => {}
  const ended = new Promise<void>((resolve) => (tell = resolve))
  const finish = (how: ProcessEnd): void => {
    end ??= how
    tell()
    wake()
  }
  signal.addEventListener('abort', () => finish({ kind: 'aborted' }))
  async function* lines(): AsyncGenerator<string> {
    for (;;) {
      const line = queue.shift()
      if (line !== undefined) yield line
      else if (end !== null) return
      else await new Promise<void>((resolve) => (wake = resolve))
    }
  }
  const says = (...said: readonly string[]): void => {
    queue.push(...said)
    wake()
  }
  const fping: FakeFping = {
    args,
    get runs() {
      return end === null
    },
    says,
    reply: (address, sequence, milliseconds = 0.5) =>
      says(`${address} : [${sequence}], 64 bytes, ${milliseconds} ms (1 avg, 0% loss)`),
    ends: finish,
  }
  return {
    fping,
    process: { pid: 1, lines: lines(), ended: ended.then(() => ({ end: end!, stderr: '' })), kill: () => {} },
  }
}
