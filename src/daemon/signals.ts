export interface StopSignals {
  /** Resolves at the first SIGTERM or SIGINT. */
  readonly first: Promise<void>
  /** Stops listening. */
  readonly release: () => void
}

/**
 * The first SIGTERM or SIGINT asks for an orderly stop. The second ends the process at once by SIGKILL: `process.exit`
 * waits for a log line that is being written to a pipe nobody reads.
 */
export function stopSignals(): StopSignals {
  let asked = false
  let resolveFirst: () => void = () => {}
  const first = new Promise<void>((resolve) => {
    resolveFirst = resolve
  })
  const stop = (): void => {
    if (asked) process.kill(process.pid, 'SIGKILL')
    asked = true
    resolveFirst()
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  return {
    first,
    release: () => {
      process.off('SIGTERM', stop)
      process.off('SIGINT', stop)
    },
  }
}
