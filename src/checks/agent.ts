import type { AgentProbe } from '../domain/config.js'
import { parseAgentAnswer } from './agent-answer.js'
import { dial, onAbort } from './dial.js'
import type { Finding, Prober, ProbeKind, ProbeTools } from './probe.js'
import { aborted, failed, passed } from './probe.js'
import { shown } from './shown.js'
import { socketFailure } from './socket-failure.js'

/** How long the line of an agent may be, in characters. */
const longestLine = 1024

/**
 * Passes when the service's own agent, which speaks first and says one line, calls it well.
 *
 * | what it says                                    | result                                              |
 * |-------------------------------------------------|-----------------------------------------------------|
 * | up, ready, 75%                                  | pass: says "up 75%"                                 |
 * | drain, maint, down, fail, failed, stopped, 0%   | fail: says "down #disk full"                        |
 * | a word that is none of an agent's               | fail: says "220 mail.example", and `220` is no word of an agent |
 * | neither of these                                | fail: says "maxconn:30", which is neither up nor down |
 * | nothing, and closes                             | fail: closed without an answer                      |
 * | more than 1,024 characters without a line's end | fail: says more than one line of 1,024 characters   |
 * | nobody listens; reset                           | fail: connection refused; connection reset          |
 * | late                                            | fail: no connection, connected, but no answer, … no whole line within… |
 */
export const agent: ProbeKind<AgentProbe> = {
  target: (probe) => probe.host,
  create: (probe, tools) => createAgentProber(probe, tools),
}

function createAgentProber({ host, port }: AgentProbe, { lookup }: ProbeTools): Prober {
  const run = (signal: AbortSignal, end: (finding: Finding) => void): void => {
    const { socket, lacking } = dial({ host, port, lookup })
    let said = ''
    const settle = (finding: Finding): void => {
      socket.destroy()
      end(finding)
    }
    onAbort(signal, () => settle(aborted(said === '' ? lacking() : 'connected, but no whole line')))
    socket.on('error', (error) => settle(socketFailure(error)))
    socket.setEncoding('utf8')
    socket.on('data', (piece: string) => {
      said += piece
      const line = /^\s*([^\r\n]+)[\r\n]/.exec(said)?.[1]
      if (line !== undefined) settle(judge(line))
      else if (said.length > longestLine) settle(failed('says more than one line of 1,024 characters'))
    })
    // Some agents close instead of ending the line.
    socket.on('end', () => settle(judge(said)))
  }
  return {
    probe: (signal) => new Promise((resolve) => run(signal, resolve)),
    close: () => {},
  }
}

function judge(line: string): Finding {
  if (line.trim() === '') return failed('closed without an answer')
  const says = `says ${shown(line.trim())}`
  const answer = parseAgentAnswer(line)
  switch (answer.kind) {
    case 'well':
      return passed(says)
    case 'unwell':
      return failed(says)
    case 'silent':
      return failed(`${says}, which is neither up nor down`)
    case 'garbage':
      return failed(`${says}, and ${shown(answer.word)} is no word of an agent`)
  }
}
