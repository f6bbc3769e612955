import type { GroupOptions, ProcessResult, ProcessRunner } from '../platform/process.js'
import { onAbort } from './dial.js'

/** A program that a check runs, never twice at a time. */
export interface Program {
  /**
   * Runs it, in a process group of its own. When the signal aborts it resolves at once, so that the check can say what it
   * waited for: `late`, the program did not end, or `held-up`, the one before was killed and is still not gone, since it
   * hangs inside the kernel.
   */
  run(argv: readonly string[], options: GroupOptions): Promise<ProcessResult | 'late' | 'held-up'>
}

export function createProgram(runner: ProcessRunner): Program {
  let gone: Promise<unknown> = Promise.resolve()
  return {
    run: (argv, options) =>
      new Promise((resolve) => {
        let begun = false
        onAbort(options.signal, () => resolve(begun ? 'late' : 'held-up'))
        const running = gone.then(() => {
          begun = true
          return runner.runGroup(argv, options)
        })
        gone = running
        void running.then((result) => resolve(options.signal.aborted ? 'late' : result))
      }),
  }
}
