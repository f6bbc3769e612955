import { Code, ConnectError } from '@connectrpc/connect'
import type { OperatorAnswer } from '../domain/snapshot.js'
import { ProblemSchema } from '../gen/vipcast/v1/operator_pb.js'

export interface Refusal {
  readonly code: Extract<OperatorAnswer, { readonly kind: 'refused' }>['code'] | 'usage'
  /** What happened. */
  readonly message: string
  /** What to do. */
  readonly remedy: string
}

const codes: Record<Refusal['code'], Code> = {
  'unknown-vip': Code.NotFound,
  'not-manual': Code.FailedPrecondition,
  'not-override': Code.FailedPrecondition,
  'not-unique': Code.FailedPrecondition,
  'interface-taken': Code.FailedPrecondition,
  'unknown-interface': Code.NotFound,
  'invalid-config': Code.FailedPrecondition,
  busy: Code.Unavailable,
  failed: Code.Internal,
  usage: Code.InvalidArgument,
}

/** A refusal as the wire carries it: a status for any client, and the whole of it as a Problem for ours. */
export function refusal({ code, message, remedy }: Refusal): ConnectError {
  return new ConnectError(message, codes[code], undefined, [{ desc: ProblemSchema, value: { code, message, remedy } }])
}
