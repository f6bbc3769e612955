import { Code, ConnectError } from '@connectrpc/connect'
import { TargetError, type Outcome, type TargetErrorCode } from '../../domain/target.js'
import { systemErrors } from '../common/system-errors.js'

/** What a call was about, for its error's sentence. */
export interface CallContext {
  /** Name of the router in the configuration. */
  readonly router: string
  readonly endpoint: string
  /** `withdraw 203.0.113.53`, `list the sessions`. */
  readonly doing: string
  /** Whether the caller itself ended the call. */
  readonly aborted: boolean
}

/**
 * A call that failed. `made` says what can have become of it: `no`, it never left or the daemon refused it; `maybe`, it
 * left and no answer came.
 */
export interface Failure {
  readonly error: TargetError
  readonly made: 'no' | 'maybe'
  /** The daemon knows no such method: it is of the other generation, or no gobgpd. */
  readonly unimplemented: boolean
}

/** The one place where what gRPC, HTTP/2, TLS and sockets say becomes ours. */
export function toFailure(reason: unknown, context: CallContext): Failure {
  const { code, made, remedy } = context.aborted ? givenUp : judge(reason)
  const what = `router ${context.router}: could not ${context.doing} at ${context.endpoint}`
  const error = new TargetError(code, `${what}: ${remedy}`, { cause: reason })
  return { error, made, unimplemented: reason instanceof ConnectError && reason.code === Code.Unimplemented }
}

/** The outcome of a change whose call failed. */
export function failedOutcome({ error, made }: Failure): Outcome {
  return made === 'no' ? { kind: 'failed', error } : { kind: 'unsure', error }
}

interface Judgement {
  readonly code: TargetErrorCode
  readonly made: Failure['made']
  /** The rest of the sentence: why, and what to do. */
  readonly remedy: string
}

function judge(reason: unknown): Judgement {
  for (const { code, syscall, path } of systemErrors(reason)) {
    // Only files of `tls` are opened on the way to a call.
    if (syscall === 'open')
      return refused('not-permitted', `${String(path)} can not be read (${code}); check its path and its mode`)
    // A route to the host that goes away later breaks a connection over which the request may have left.
    const known = lostRoutes.has(code) && syscall !== 'connect' ? broken : socketErrors.get(code)
    if (known !== undefined) return known
  }
  if (!(reason instanceof ConnectError)) return gibberish(String(reason))
  if (reason.metadata.has('grpc-status')) return judgeAnswer(reason)
  if (reason.code === Code.DeadlineExceeded) {
    return { code: 'timeout', made: 'maybe', remedy: 'no answer in time; look whether gobgpd hangs or is overloaded' }
  }
  return giveUps.has(reason.code) ? broken : gibberish(reason.rawMessage)
}

/** The daemon itself answered, with a status other than OK. */
function judgeAnswer({ code, rawMessage }: ConnectError): Judgement {
  if (code === Code.Unimplemented) return refused('unsupported', 'its release has no such call; use GoBGP 3 or 4')
  if (forbidding.has(code))
    return refused('not-permitted', `it forbids that (${rawMessage}); check tls.cert and tls.key`)
  return giveUps.has(code) ? broken : refused('rejected', `it refused: ${rawMessage}`)
}

const forbidding: ReadonlySet<Code> = new Set([Code.PermissionDenied, Code.Unauthenticated])
const giveUps: ReadonlySet<Code> = new Set([Code.Unavailable, Code.Canceled, Code.DeadlineExceeded, Code.Aborted])

const givenUp: Judgement = { code: 'timeout', made: 'maybe', remedy: 'given up before the answer came' }

const broken: Judgement = {
  code: 'unreachable',
  made: 'maybe',
  remedy: 'the connection broke; look whether gobgpd crashed or was restarted, and whether `tls` is as it wants it',
}

function gibberish(said: string): Judgement {
  return {
    code: 'nonsense',
    made: 'maybe',
    remedy: `the answer made no sense (${said.split('\n', 1)[0]}); check that this is the address of gobgpd's API`,
  }
}

function refused(code: TargetErrorCode, remedy: string): Judgement {
  return { code, made: 'no', remedy }
}

const absent = 'nobody listens there; start gobgpd, or correct the address of the router'
const noHost = 'no host has that name; correct the address of the router'
const noRoute = 'that host can not be reached; check the network to it'
const forbidden = 'permission denied; give the user of vipcast access to that socket or file'
const untrusted = 'its certificate is not trusted; check tls.ca and the name in its certificate'
const clientRefused = 'it refused our certificate; check tls.cert and tls.key'
const noTls = 'it speaks no TLS; remove `tls`, or start gobgpd with --tls'
const noHttp2 = 'it speaks no HTTP/2; correct the address of the router'
const badFile = 'a file of `tls` can not be read as PEM; check tls.ca, tls.cert and tls.key'

const lostRoutes: ReadonlySet<string> = new Set(['EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN'])

/** By the `code` that Node puts on errors of sockets, TLS and files. All of them come before the request has left. */
const socketErrors: ReadonlyMap<string, Judgement> = new Map([
  ['ECONNREFUSED', refused('unreachable', absent)],
  ['ENOENT', refused('unreachable', absent)],
  ['ENOTSOCK', refused('unreachable', absent)],
  ['ENOTFOUND', refused('unreachable', noHost)],
  ['EAI_AGAIN', refused('unreachable', noHost)],
  ['EHOSTUNREACH', refused('unreachable', noRoute)],
  ['ENETUNREACH', refused('unreachable', noRoute)],
  ['EHOSTDOWN', refused('unreachable', noRoute)],
  ['EACCES', refused('not-permitted', forbidden)],
  ['EPERM', refused('not-permitted', forbidden)],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', refused('not-permitted', untrusted)],
  ['SELF_SIGNED_CERT_IN_CHAIN', refused('not-permitted', untrusted)],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', refused('not-permitted', untrusted)],
  ['UNABLE_TO_GET_ISSUER_CERT', refused('not-permitted', untrusted)],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', refused('not-permitted', untrusted)],
  ['CERT_HAS_EXPIRED', refused('not-permitted', untrusted)],
  ['CERT_NOT_YET_VALID', refused('not-permitted', untrusted)],
  ['CERT_SIGNATURE_FAILURE', refused('not-permitted', untrusted)],
  ['ERR_TLS_CERT_ALTNAME_INVALID', refused('not-permitted', untrusted)],
  ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', refused('not-permitted', clientRefused)],
  ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', refused('not-permitted', clientRefused)],
  ['ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE', refused('not-permitted', clientRefused)],
  ['ERR_SSL_WRONG_VERSION_NUMBER', refused('nonsense', noTls)],
  ['EPROTO', refused('nonsense', noTls)],
  ['ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL', refused('nonsense', noHttp2)],
  ['ERR_OSSL_PEM_NO_START_LINE', refused('not-permitted', badFile)],
  ['ERR_OSSL_UNSUPPORTED', refused('not-permitted', badFile)],
])
