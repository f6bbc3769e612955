import { Code, ConnectError } from '@connectrpc/connect'
import { TargetError, type Outcome, type TargetErrorCode } from '../../domain/target.js'
import { systemErrors } from '../common/system-errors.js'

/** What a call was about, for its error's sentence. */
export interface CallContext {
  /** Name of the router in the configuration. */
  readonly router: string
  readonly endpoint: string
  /** `commit 3 changes`. */
  readonly doing: string
  /** Whether the caller gave up before it. */
  readonly aborted: boolean
}

/** A call that failed. `made`: `no`, it never left or was refused; `maybe`, it left and no answer came. */
export class CallFailed extends Error {
  override readonly name = 'CallFailed'

  constructor(
    readonly error: TargetError,
    readonly made: 'no' | 'maybe',
    /** The daemon's own status; null: it did not answer. */
    readonly status: Code | null,
  ) {
    super(error.message, { cause: error })
  }

  get outcome(): Outcome {
    return { kind: this.made === 'no' ? 'failed' : 'unsure', error: this.error }
  }
}

/** The one place where what gRPC, HTTP/2 and sockets say becomes ours. */
export function toFailure(reason: unknown, context: CallContext): CallFailed {
  const { code, made, remedy } = context.aborted ? notBegun : judge(reason)
  const what = `router ${context.router}: could not ${context.doing} at ${context.endpoint}`
  const answered = reason instanceof ConnectError && reason.metadata.has('grpc-status')
  const error = new TargetError(code, `${what}: ${remedy}`, { cause: reason })
  return new CallFailed(error, made, answered ? reason.code : null)
}

interface Judgement {
  readonly code: TargetErrorCode
  readonly made: CallFailed['made']
  /** The rest of the sentence: why, and what to do. */
  readonly remedy: string
}

function judge(reason: unknown): Judgement {
  for (const { code, syscall } of systemErrors(reason)) {
    const known = syscall === 'connect' || syscall === 'getaddrinfo' ? notConnected.get(code) : undefined
    if (known !== undefined) return known
  }
  if (!(reason instanceof ConnectError)) return gibberish(String(reason))
  if (reason.metadata.has('grpc-status')) return judgeAnswer(reason)
  if (reason.code === Code.DeadlineExceeded) {
    return { code: 'timeout', made: 'maybe', remedy: 'no answer in time; look whether bgpd hangs or is overloaded' }
  }
  return giveUps.has(reason.code) ? broken : gibberish(reason.rawMessage)
}

/** The daemon itself answered, with a status other than OK: the codes are those of FRR's lib/northbound_grpc.cpp. */
function judgeAnswer({ code, rawMessage }: ConnectError): Judgement {
  if (code === Code.Unimplemented)
    return refused('unsupported', 'it is no northbound of FRR; write the address of bgpd, started with -M grpc:PORT')
  if (passing.has(code)) return refused('busy', `its configuration is locked (${rawMessage}); it is tried again`)
  return refused('rejected', `it refused: ${rawMessage}`)
}

/** Of the lock itself, of a commit while somebody else holds it, and of a candidate. */
const passing: ReadonlySet<Code> = new Set([Code.FailedPrecondition, Code.Unavailable, Code.ResourceExhausted])

const giveUps: ReadonlySet<Code> = new Set([Code.Unavailable, Code.Canceled, Code.DeadlineExceeded, Code.Aborted])

const notBegun: Judgement = { code: 'timeout', made: 'no', remedy: 'given up before it was asked' }

const broken: Judgement = {
  code: 'unreachable',
  made: 'maybe',
  remedy: 'the connection broke; look whether bgpd crashed or was restarted',
}

function gibberish(said: string): Judgement {
  const why = said.split('\n', 1)[0]
  return {
    code: 'nonsense',
    made: 'maybe',
    remedy: `the answer made no sense (${why}); check the address of the router`,
  }
}

function refused(code: TargetErrorCode, remedy: string): Judgement {
  return { code, made: 'no', remedy }
}

const absent = 'nobody listens there; start bgpd with -M grpc:PORT, or correct the address of the router'
const noHost = 'no host has that name; correct the address of the router'
const noRoute = 'that host can not be reached; check the network to it'
const forbidden = 'permission denied; give the user of vipcast access to that socket'

/** By the `code` that Node puts on errors of connecting: nothing has left yet. */
const notConnected: ReadonlyMap<string, Judgement> = new Map([
  ['ECONNREFUSED', refused('unreachable', absent)],
  ['ENOENT', refused('unreachable', absent)],
  ['ENOTSOCK', refused('unreachable', absent)],
  ['ENOTFOUND', refused('unreachable', noHost)],
  ['EAI_AGAIN', refused('unreachable', noHost)],
  ['EHOSTUNREACH', refused('unreachable', noRoute)],
  ['ENETUNREACH', refused('unreachable', noRoute)],
  ['EACCES', refused('not-permitted', forbidden)],
  ['EPERM', refused('not-permitted', forbidden)],
])
