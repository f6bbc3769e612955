import { Code, ConnectError } from '@connectrpc/connect'

import { dialFailure } from './dial.js'
import type { Finding } from './probe.js'
import { failed } from './probe.js'
import { bare } from './shown.js'

/** What a call that failed is called. `broken` is the error of its connection, if there was one. */
export function grpcFailure(error: unknown, broken: NodeJS.ErrnoException | null): Finding {
  if (!(error instanceof ConnectError)) return failed(String(error))
  if (statusOf(error) !== null) return failed(statusText(error))
  if (broken !== null) return dialFailure(broken)
  const cause = codeOf(error.cause)
  if (cause === 'ERR_HTTP2_ERROR') return failed('the answer is not HTTP/2')
  if (cause === 'ERR_HTTP2_STREAM_ERROR') return failed('the server reset the call')
  if (error.code === Code.Canceled) return failed('closed without an answer')
  // Without a status of the server, this is our own limit.
  if (error.code === Code.ResourceExhausted) return failed('the answer is longer than 256 KiB')
  return failed(`the answer is not gRPC: ${bare(error.rawMessage, 80)}`)
}

function codeOf(cause: unknown): unknown {
  return cause instanceof Error && 'code' in cause ? cause.code : null
}

/** The status of a server that answered; null when none did. */
export function statusOf(error: unknown): Code | null {
  return error instanceof ConnectError && error.metadata.has('grpc-status') ? error.code : null
}

/** As gRPC spells it, with the server's own message. */
function statusText({ code, rawMessage }: ConnectError): string {
  const name = (Code[code] ?? String(code)).replaceAll(/(?<=[a-z])[A-Z]/g, '_$&').toUpperCase()
  return rawMessage === '' ? name : `${name}: ${bare(rawMessage, 80)}`
}
