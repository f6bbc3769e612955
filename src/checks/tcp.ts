import type { TcpProbe } from '../domain/config.js'
import type { Expectation } from '../domain/expectation.js'
import { collectAnswer, expectationOf, maxAnswer } from './answer.js'
import { dial, onAbort } from './dial.js'
import type { Finding, ProbeKind, ProbeTools, Prober } from './probe.js'
import { aborted, failed, passed } from './probe.js'
import { socketFailure } from './socket-failure.js'

/**
 * Passes when the connection is accepted; with `send` or `expect`, when the answer is as expected. The kernel accepts
 * connections for a process that hangs, so only an answer tells that it lives. `send` without `expect`: any answer will do.
 *
 * | what happens                         | result                                                |
 * |--------------------------------------|-------------------------------------------------------|
 * | nobody listens                       | fail: connection refused                              |
 * | accepted, nothing to send or expect  | pass: connected                                       |
 * | the expected answer                  | pass: answered as expected                            |
 * | closed before any answer             | fail: closed without an answer                        |
 * | closed, or 256 KiB, without it       | fail: answer lacks "ready": "what came"               |
 * | reset                                | fail: connection reset                                |
 * | no SYN-ACK, no answer in time        | fail: no connection, connected, but no answer within… |
 */
export const tcp: ProbeKind<TcpProbe> = {
  target: (probe) => probe.host,
  create: (probe, tools) => createTcpProber(probe, tools),
}

const anyText: Expectation = { kind: 'pattern', pattern: /./s }

function createTcpProber({ host, port, send, expect }: TcpProbe, { lookup }: ProbeTools): Prober {
  const expectation = expect === null ? anyText : expectationOf(expect)
  const talks = send !== null || expect !== null

  const run = (signal: AbortSignal, end: (finding: Finding) => void): void => {
    const { socket, lacking } = dial({ host, port, lookup })
    const answer = collectAnswer(expectation)
    const settle = (finding: Finding): void => {
      socket.destroy()
      end(finding)
    }
    onAbort(signal, () =>
      settle(aborted(answer.length === 0 ? lacking() : 'connected, but the expected answer did not come')),
    )
    socket.on('error', (error) => settle(socketFailure(error)))
    socket.on('connect', () => {
      if (!talks) settle(passed('connected'))
      else if (send !== null) socket.write(send)
    })
    if (!talks) return

    socket.setEncoding('utf8')
    socket.on('data', (piece: string) => {
      answer.add(piece)
      if (answer.met) settle(passed('answered as expected'))
      else if (answer.length >= maxAnswer) settle(failed(answer.lacks()))
    })
    socket.on('end', () => settle(failed(answer.length === 0 ? 'closed without an answer' : answer.lacks())))
  }

  return {
    probe: (signal) => new Promise((resolve) => run(signal, resolve)),
    close: () => {},
  }
}
