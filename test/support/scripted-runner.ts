import type { GroupOptions, ProcessResult, ProcessRunner, RunOptions } from '../../src/platform/process.js'

/** Answers each run with the next of the given results; running more often than that is an error. */
export function scriptedRunner(results: readonly Partial<ProcessResult>[]): ProcessRunner & { readonly runs: Run[] } {
  const runs: Run[] = []
  const next = (run: Run): ProcessResult => {
    runs.push(run)
    const result = results[runs.length - 1]
    if (result === undefined) throw new Error(`nobody expected ${run.argv.join(' ')}`)
    return { end: { kind: 'exited', code: 0 }, stdout: '', stderr: '', truncated: false, ...result }
  }
  return {
    runs,
    run: async (argv, options) => next({ argv, options }),
    runGroup: async (argv, options) => next({ argv, options }),
    start: (argv) => {
      throw new Error(`nobody expected ${argv.join(' ')}`)
    },
  }
}

export interface Run {
  readonly argv: readonly string[]
  readonly options: RunOptions | GroupOptions
}
