import { TargetError, type Outcome, type TargetErrorCode } from '../../../domain/target.js'
import { Gibberish, type Answer } from './answers.js'
import { Closed } from './connection.js'

/** A question that failed. `made`: `no`, nothing of it left or the daemon refused it; `maybe`, it left and no answer came. */
export class VtyFailed extends Error {
  override readonly name = 'VtyFailed'

  constructor(
    readonly error: TargetError,
    readonly made: 'no' | 'maybe',
  ) {
    super(error.message, { cause: error })
  }

  get outcome(): Outcome {
    return this.made === 'no' ? { kind: 'failed', error: this.error } : { kind: 'unsure', error: this.error }
  }
}

/** What a question was about, for its error's sentence. */
export interface Question {
  /** Name of the router in the configuration. */
  readonly router: string
  /** `bgpd`. */
  readonly daemon: string
  readonly path: string
  /** Completes "could not …". */
  readonly doing: string
}

/** No answer came in time. */
export class Late extends Error {
  override readonly name = 'Late'
}

/** The caller itself ended the question. */
export class GivenUp extends Error {
  override readonly name = 'GivenUp'
}

/** The one place where what sockets say becomes ours. `left`: whether a command may have reached the daemon. */
export function toFailure(reason: unknown, question: Question, left: boolean): VtyFailed {
  const { router, daemon, path, doing } = question
  const [code, remedy] = judge(reason, daemon)
  const message = `router ${router}: could not ${doing} at ${path}: ${remedy}`
  return new VtyFailed(new TargetError(code, message, { cause: reason }), left ? 'maybe' : 'no')
}

function judge(reason: unknown, daemon: string): readonly [TargetErrorCode, string] {
  if (reason instanceof GivenUp) return ['timeout', 'given up before the answer came']
  if (reason instanceof Late) return ['timeout', `no answer in time; look whether ${daemon} hangs or is overloaded`]
  if (reason instanceof Gibberish)
    return ['nonsense', `the answer made no sense (${reason.message}); look at what listens there`]
  if (reason instanceof Closed)
    return ['unreachable', `the connection broke; look whether ${daemon} crashed or was restarted`]
  const code = (reason as { readonly code?: unknown }).code
  switch (code) {
    case 'ENOENT':
    case 'ECONNREFUSED':
      return ['unreachable', `nobody listens there; start ${daemon}, or correct \`sockets\` of the router`]
    case 'EACCES':
    case 'EPERM':
      return ['not-permitted', 'permission denied; put the user of vipcast into the group frrvty']
    case 'EPIPE':
    case 'ECONNRESET':
      return ['unreachable', `the connection broke; look whether ${daemon} crashed or was restarted`]
    default:
      return ['unreachable', `${String(code ?? reason)}; look at that socket`]
  }
}

/**
 * Results of FRR's command parser that say that its release does not know the command: lib/command.h, CMD_ERR_NO_MATCH to
 * CMD_ERR_EXEED_ARGC_MAX. Any other refusal has its reason in what the daemon holds or who holds a lock, and may be over later.
 */
const unknownCommand: ReadonlySet<number> = new Set([2, 3, 4, 5])

/** A command that the daemon refused, in its own words. */
export function refusal({ text, status }: Answer, command: string, question: Question): TargetError {
  const { router, daemon, doing } = question
  const said = text.trim().replace(/\s*\n\s*/g, ' ') || `status ${status}`
  const message = `router ${router}: could not ${doing}: ${daemon} refused \`${command}\`: ${said}`
  return new TargetError(unknownCommand.has(status) ? 'rejected' : 'busy', message)
}
