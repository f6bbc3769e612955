import type { GroupOptions, ProcessResult, ProcessRunner } from '../platform/process.js'
import { onAbort } from './dial.js'

/** A program that a check runs, never twice at a time. */
export interface Program {
  /**
   * Runs it, in a process group of its own. Resolves with null when the signal aborts: at once, so that the check can say
   * what it waited for. One that is killed and still not gone, since it hangs inside the kernel, holds up the next run.
   */
  run(argv: readonly string[], options: GroupOptions): Promise<ProcessResult | null>
}

export function createProgram(runner: ProcessRunner): Program {
  let gone: Promise<unknown> = Promise.resolve()
  return {
    run: (argv, options) =>
      new Promise((resolve) => {
        onAbort(options.signal, () => resolve(null))
        const running = gone.then(() => runner.runGroup(argv, options))
        gone = running
        void running.then((result) => resolve(options.signal.aborted ? null : result))
      }),
  }
}
