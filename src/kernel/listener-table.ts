import type { ProcessRunner } from '../platform/process.js'
import type { TargetError } from '../domain/target.js'
import { programError } from './errors.js'
import { listenerFilter, parseSocketLine, type ListedSocket } from './socket-line.js'

const timeout = 5_000

/** What listens on these ports in this network namespace now, with who holds it where this user may know. */
export async function listListeners(
  ports: Iterable<number>,
  runner: ProcessRunner,
  signal: AbortSignal,
): Promise<readonly ListedSocket[] | TargetError> {
  const argv = ['ss', '-H', '-n', '-O', '-l', '-p', '-t', '-u', listenerFilter(ports)]
  const result = await runner.run(argv, { timeout, signal })
  if (result.end.kind !== 'exited' || result.end.code !== 0)
    return programError(result, 'listing listening sockets', 'ss')
  return result.stdout.split('\n').flatMap((line) => parseSocketLine(line) ?? [])
}
