import type { Socket } from 'node:dgram'
import { createSocket } from 'node:dgram'
import { isIP } from 'node:net'

import type { Endpoint } from './dial.js'
import { onAbort } from './dial.js'
import type { Finding } from './probe.js'
import { aborted } from './probe.js'
import { socketFailure } from './socket-failure.js'

/**
 * Sends one datagram and hands over what comes back, until `judge` makes something of it or the signal aborts. `lacking` says
 * what has not come yet.
 *
 * The socket is a new one for each datagram. Connected, so that the kernel passes on what its peer sends and nothing
 * else, and tells when the peer's host says that nobody listens there. New, so that its port is another one each time,
 * which nobody can guess who wants to answer in the peer's place, and so that a late answer reaches no later probe.
 */
export function askByDatagram<T = never>(
  { host, port, lookup }: Endpoint,
  datagram: Uint8Array,
  judge: (answer: Buffer) => Finding | T | null,
  lacking: () => string,
  signal: AbortSignal,
): Promise<Finding | T> {
  return new Promise((resolve) => {
    let socket: Socket | null = null
    let ended = false
    const end = (finding: Finding | T): void => {
      if (ended) return
      ended = true
      socket?.close()
      resolve(finding)
    }
    onAbort(signal, () => end(aborted(socket === null ? 'no address for the name' : lacking())))
    const ask = (address: string, family: number): void => {
      if (ended) return
      socket = createSocket({
        type: family === 6 ? 'udp6' : 'udp4',
        lookup: (_address, _options, callback) => callback(null, address, family),
      })
      socket.on('error', (error) => end(socketFailure(error)))
      socket.on('connect', () => socket?.send(datagram))
      socket.on('message', (answer) => {
        const finding = judge(answer)
        if (finding !== null) end(finding)
      })
      socket.connect(port, address)
    }
    const literal = isIP(host)
    if (literal !== 0) {
      ask(host, literal)
      return
    }
    lookup(host, { all: false }, (error, address, family) => {
      if (error !== null) end(socketFailure(error))
      else ask(address as string, family ?? 4)
    })
  })
}
