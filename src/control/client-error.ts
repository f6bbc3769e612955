import { Code, ConnectError } from '@connectrpc/connect'
import { ProblemSchema } from '../gen/vipcast/v1/operator_pb.js'
import { errnoOf } from './error.js'

export type ClientErrorCode =
  /** Nobody listens on the socket. */
  | 'no-daemon'
  /** The socket is not for this user, or carries the Viewer service alone. */
  | 'not-permitted'
  /** Something answers on the socket, and it is no vipcast daemon, or not one that knows the call. */
  | 'not-understood'
  /** No answer in time. */
  | 'timeout'
  /** The connection ended before the answer. */
  | 'disconnected'
  | 'unknown-vip'
  | 'not-manual'
  | 'not-override'
  | 'not-unique'
  | 'interface-taken'
  | 'unknown-interface'
  | 'invalid-config'
  /** It is starting or stopping; asked again it may do it. */
  | 'busy'
  | 'failed'
  | 'usage'

/** Why a call to the daemon did not do what was asked. Message and remedy make one sentence when joined by a colon. */
export class ClientError extends Error {
  override readonly name = 'ClientError'

  constructor(
    readonly code: ClientErrorCode,
    message: string,
    readonly remedy: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}

/** The connection could not be made. */
export function connectFailed(path: string, cause: unknown): ClientError {
  switch (errnoOf(cause) ?? '') {
    case 'ENOENT':
    case 'ECONNREFUSED':
    case 'ENOTDIR':
      return new ClientError(
        'no-daemon',
        `no daemon listens on ${path}`,
        'start it with `systemctl start vipcast`, or name its socket with --socket',
        { cause },
      )
    case 'EACCES':
    case 'EPERM':
      return new ClientError(
        'not-permitted',
        `you may not use ${path}`,
        'become root or a member of its group (control.group)',
        { cause },
      )
    case 'ECONNRESET':
    case 'EPIPE':
      return ended(path, cause)
    case 'EAGAIN':
      return new ClientError('timeout', `the daemon does not answer on ${path}`, 'look at its log', { cause })
    default: {
      const why = cause instanceof Error ? cause.message : String(cause)
      return new ClientError('not-understood', `can't connect to ${path} (${why})`, 'name the socket with --socket', {
        cause,
      })
    }
  }
}

const refused: Partial<Record<string, ClientErrorCode>> = {
  'unknown-vip': 'unknown-vip',
  'not-manual': 'not-manual',
  'not-override': 'not-override',
  'not-unique': 'not-unique',
  'interface-taken': 'interface-taken',
  'unknown-interface': 'unknown-interface',
  'invalid-config': 'invalid-config',
  busy: 'busy',
  failed: 'failed',
  usage: 'usage',
}

/** The call itself failed. */
export function callFailed(path: string, reason: unknown): ClientError {
  if (reason instanceof ClientError) return reason
  const error = ConnectError.from(reason)
  const [problem] = error.findDetails(ProblemSchema)
  if (problem !== undefined) {
    return new ClientError(refused[problem.code] ?? 'failed', problem.message, problem.remedy, { cause: reason })
  }
  if (error.code === Code.DeadlineExceeded) {
    return new ClientError('timeout', `the daemon does not answer on ${path}`, 'look at its log', { cause: reason })
  }
  if (endings.has(error.code)) return ended(path, reason)
  return new ClientError(
    'not-understood',
    `what listens on ${path} did not understand the request (${error.rawMessage})`,
    'make sure that it is a vipcast daemon of the same version',
    { cause: reason },
  )
}

function ended(path: string, cause: unknown): ClientError {
  return new ClientError(
    'disconnected',
    `the daemon ended the connection on ${path} before it answered`,
    'look whether it is being stopped, and ask again',
    { cause },
  )
}

const endings: ReadonlySet<Code> = new Set([Code.Unavailable, Code.Aborted, Code.Canceled])

/** A command failed; an endpoint that does not know the service at all is a read socket. */
export function commandFailed(path: string, reason: unknown): ClientError {
  const error = callFailed(path, reason)
  if (!(error.cause instanceof ConnectError) || error.cause.code !== Code.Unimplemented) return error
  return new ClientError(
    'not-permitted',
    `${path} only shows`,
    'use the control.socket of the configuration, which takes commands',
    { cause: reason },
  )
}
