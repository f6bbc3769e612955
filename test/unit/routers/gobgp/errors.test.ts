import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Code, ConnectError } from '@connectrpc/connect'
import type { TargetErrorCode } from '../../../../src/domain/target.js'
import { failedOutcome, toFailure } from '../../../../src/routers/gobgp/errors.js'

const context = { router: 'edge', endpoint: '192.0.2.1:50051', doing: 'withdraw 203.0.113.1', aborted: false }

/** As connect-node hands on what a socket said. */
function socketError(code: string, syscall: string): ConnectError {
  const error = new ConnectError(code, Code.Internal)
  error.cause = Object.assign(new Error(`${syscall} ${code}`), { code, syscall })
  return error
}

function answer(code: Code): ConnectError {
  return new ConnectError('said so', code, { 'grpc-status': String(code) })
}

describe('the outcome of a change whose call failed', () => {
  const rows: [string, unknown, 'failed' | 'unsure', TargetErrorCode][] = [
    ['the connection was refused', socketError('ECONNREFUSED', 'connect'), 'failed', 'unreachable'],
    ['the socket may not be opened', socketError('EACCES', 'connect'), 'failed', 'not-permitted'],
    ['there is no route to the host', socketError('EHOSTUNREACH', 'connect'), 'failed', 'unreachable'],
    ['the route to the host went away later', socketError('EHOSTUNREACH', 'read'), 'unsure', 'unreachable'],
    ['the connection was reset', new ConnectError('reset', Code.Aborted), 'unsure', 'unreachable'],
    ['the deadline passed', new ConnectError('late', Code.DeadlineExceeded), 'unsure', 'timeout'],
    ['the answer is gibberish', new ConnectError('premature EOF', Code.Internal), 'unsure', 'nonsense'],
    ['something else was thrown', new TypeError('what'), 'unsure', 'nonsense'],
    ['the daemon refused it', answer(Code.Unknown), 'failed', 'rejected'],
    ['the daemon forbids it', answer(Code.PermissionDenied), 'failed', 'not-permitted'],
    ['the daemon is about to end', answer(Code.Unavailable), 'unsure', 'unreachable'],
    ['the daemon does not know the call', answer(Code.Unimplemented), 'failed', 'unsupported'],
  ]
  for (const [claim, reason, kind, code] of rows) {
    it(`is ${kind} when ${claim}`, () => {
      const outcome = failedOutcome(toFailure(reason, context))
      assert.equal(outcome.kind, kind)
      assert.equal(outcome.error.code, code)
      assert.equal(outcome.error.cause, reason)
      assert.match(outcome.error.message, /^router edge: could not withdraw 203\.0\.113\.1 at 192\.0\.2\.1:50051: \S/)
    })
  }

  it('is unsure when the caller ended it, whatever the library makes of that', () => {
    for (const code of [Code.Canceled, Code.Internal, Code.Unavailable]) {
      const outcome = failedOutcome(toFailure(new ConnectError('aborted', code), { ...context, aborted: true }))
      assert.deepEqual([outcome.kind, outcome.kind !== 'done' && outcome.error.code], ['unsure', 'timeout'])
    }
  })
})
