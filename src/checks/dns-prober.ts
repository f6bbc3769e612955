import { randomInt } from 'node:crypto'

import type { DnsProbe } from '../domain/config.js'
import { maxAnswer } from './answer.js'
import { askByDatagram } from './datagram.js'
import { dial, onAbort } from './dial.js'
import type { DnsMessage } from './dns-message.js'
import { encodeQuery, readMessage } from './dns-message.js'
import type { DnsAnswer } from './dns-verdict.js'
import { dnsVerdict } from './dns-verdict.js'
import type { Finding, Prober, ProbeTools } from './probe.js'
import { aborted, failed } from './probe.js'
import { socketFailure } from './socket-failure.js'

/** See dns.ts. */
export function createDnsProber(probe: DnsProbe, { lookup }: ProbeTools): Prober {
  const endpoint = { host: probe.host, port: probe.port, lookup }
  const question = { name: probe.query, type: probe.rrtype }
  const verdict = dnsVerdict(probe)

  const byUdp = (signal: AbortSignal): Promise<Finding | DnsAnswer> => {
    const id = newId()
    let foreign = 0
    const judge = (datagram: Buffer): Finding | DnsAnswer | null => {
      const message = readMessage(datagram, question, id)
      if (message.kind === 'answer') return message
      if (message.kind !== 'foreign') return misfits[message.kind]
      foreign += datagram.length
      return foreign < maxAnswer ? null : failed('256 KiB of answers, and none to the question')
    }
    const lacking = (): string => (foreign === 0 ? 'no answer' : 'no answer but to other questions')
    return askByDatagram(endpoint, encodeQuery(question, id), judge, lacking, signal)
  }

  const byTcp = (signal: AbortSignal): Promise<Finding> =>
    new Promise((resolve) => {
      const id = newId()
      const { socket, lacking } = dial(endpoint)
      const end = (finding: Finding): void => {
        socket.destroy()
        resolve(finding)
      }
      const stream = collectMessage((message) => end(judgeStream(readMessage(message, question, id), verdict)))
      onAbort(signal, () => end(aborted(stream.begun() ? 'only a part of the answer' : lacking())))
      socket.on('error', (error) => end(socketFailure(error)))
      socket.on('connect', () => socket.write(withLength(encodeQuery(question, id))))
      socket.on('data', stream.add)
      socket.on('end', () => end(failed(stream.begun() ? 'the answer was cut off' : 'closed without an answer')))
    })

  return {
    probe: async (signal) => {
      if (probe.transport === 'tcp') return byTcp(signal)
      const answer = await byUdp(signal)
      if ('outcome' in answer) return answer
      // What does not fit into a datagram is asked for again over TCP, as every client does (RFC 7766 section 5).
      return answer.truncated ? overTcp(await byTcp(signal)) : verdict(answer)
    },
    close: () => {},
  }
}

/** What bears the number of the query and is no answer to it. */
const misfits = {
  invalid: failed('the answer is not DNS'),
  'too-long': failed('the answer is longer than 8 KiB'),
  foreign: failed('answered another question'),
}

function newId(): number {
  return randomInt(0x1_0000)
}

function judgeStream(message: DnsMessage, verdict: (answer: DnsAnswer) => Finding): Finding {
  return message.kind === 'answer' ? verdict(message) : misfits[message.kind]
}

function overTcp(finding: Finding): Finding {
  const prefix = 'answer truncated, and over TCP '
  if (finding.outcome === 'aborted') return aborted(`${prefix}${finding.lacking}`)
  return finding.outcome === 'pass' ? finding : { ...finding, detail: `${prefix}${finding.detail}`, conclusive: false }
}

/** Over TCP each message has its length before it, in two bytes (RFC 1035 section 4.2.2). */
function withLength(message: Buffer): Buffer {
  return Buffer.concat([Buffer.from([message.length >> 8, message.length & 0xff]), message])
}

function collectMessage(whole: (message: Buffer) => void): { add: (piece: Buffer) => void; begun: () => boolean } {
  let pieces: Buffer[] = []
  let length = 0
  const add = (piece: Buffer): void => {
    pieces.push(piece)
    length += piece.length
    if (length < 2) return
    const stream = pieces.length === 1 ? piece : Buffer.concat(pieces)
    pieces = [stream]
    const end = 2 + stream.readUInt16BE(0)
    if (length >= end) whole(stream.subarray(2, end))
  }
  return { add, begun: () => length > 0 }
}
