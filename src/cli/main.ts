import { processIo } from './io.js'
import { plainRun } from './plain-run.js'

/**
 * Runs one command line, and sets the exit code of the process. `run` with nothing but plain options goes straight to the
 * daemon: it lives for months, and the parser of all the other commands would stay in its memory.
 */
export async function main(argv: readonly string[]): Promise<void> {
  const io = processIo()
  const plain = plainRun(argv, io.env)
  if (plain === null) {
    const { execute } = await import('./execute.js')
    process.exitCode = await execute(argv, io)
  } else {
    const { runDaemon } = await import('./actions/run.js')
    process.exitCode = await runDaemon(plain)
  }
}
