import type { RemoteInfo, Socket } from 'node:dgram'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import type { TestContext } from 'node:test'

/** What a service does with a datagram; `reply` sends to where it came from. */
export type OnDatagram = (datagram: Buffer, reply: (answer: Buffer | string) => void, from: RemoteInfo) => void

/** A service on a free UDP port of 127.0.0.1 that ends with its test. */
export interface DatagramServer {
  readonly port: number
  readonly socket: Socket
}

export async function serveDatagrams(
  t: TestContext,
  onDatagram: OnDatagram,
  address = '127.0.0.1',
  port = 0,
): Promise<DatagramServer> {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4')
  socket.on('message', (datagram, from) => {
    const reply = (answer: Buffer | string): void => void (isOpen && socket.send(answer, from.port, from.address))
    onDatagram(datagram, reply, from)
  })
  let isOpen = true
  t.after(() => {
    isOpen = false
    socket.close()
  })
  socket.bind(port, address)
  await once(socket, 'listening')
  return { port: socket.address().port, socket }
}

/**
 * A UDP port of 127.0.0.1 where nobody listens and nobody else begins to while the test runs: a socket holds it that
 * takes nothing but what one other port sends.
 */
export async function refusingUdpPort(t: TestContext): Promise<number> {
  const holder = createSocket('udp4')
  t.after(() => holder.close())
  holder.bind(0, '127.0.0.1')
  await once(holder, 'listening')
  holder.connect(9, '127.0.0.1')
  await once(holder, 'connect')
  return holder.address().port
}
