import { TargetError } from '../../../domain/target.js'
import { backoff } from '../../../platform/backoff.js'
import { sleep } from '../../../platform/clock.js'
import { removeFiles, speakerPaths } from './files.js'
import { oneLife } from './life.js'
import type { LifeEnd } from './life.js'
import type { ManagedSpeakerOptions, ManagedSpeakerProcess, Report } from './types.js'

const firstDelay = 200
const longestDelay = 30_000
/** One that has run so long did start: its end is another matter than the last one's. */
const healthyAfter = 10_000

export function createManagedSpeaker(options: ManagedSpeakerOptions): ManagedSpeakerProcess {
  const { name, runDir, clock, random } = options
  const paths = speakerPaths(runDir, name)
  return {
    socketPath: paths.socket,
    run: async (signal, report) => {
      const delays = backoff(firstDelay, longestDelay, random)
      while (!signal.aborted) {
        const began = clock.now()
        const end = await lifeOf(options, signal, report)
        if (end === undefined || signal.aborted) break
        if (clock.now() - began > healthyAfter) delays.reset()
        const retryIn = delays.next()
        report({ ...end, retryIn })
        await sleep(clock, retryIn, signal)
      }
      await removeFiles(paths)
    },
  }
}

/** Undefined: it ended because it was asked to. */
async function lifeOf(
  options: ManagedSpeakerOptions,
  signal: AbortSignal,
  report: Report,
): Promise<LifeEnd | undefined> {
  try {
    return await oneLife(options, signal, report)
  } catch (error) {
    if (!(error instanceof TargetError)) throw error
    return { kind: 'cannot-start', error: named(options.name, error) }
  }
}

function named(router: string, error: TargetError): TargetError {
  return new TargetError(error.code, `router ${router}: ${error.message}`, { cause: error.cause })
}
