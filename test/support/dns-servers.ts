import { createServer } from 'node:net'
import type { TestContext } from 'node:test'

import type { Answer, DecodedPacket, Packet } from 'dns-packet'
import { decode, encode } from 'dns-packet'

import type { OnDatagram } from './datagram-servers.js'
import { serveDatagrams } from './datagram-servers.js'
import { serve } from './stream-servers.js'

/** What a server answers to a query; bytes are sent as they are, and null is no answer. */
export type OnQuery = (query: DecodedPacket, transport: 'udp' | 'tcp') => Buffer | null

/** An answer with these records to the question of a query, and whatever else is given. */
export function answer(query: DecodedPacket, answers: Answer[], over: Packet & { rcode?: number } = {}): Buffer {
  const { rcode = 0, flags = 0, ...rest } = over
  const { id = 0, questions = [] } = query
  return encode({ type: 'response', id, questions, answers, flags: flags | rcode, ...rest })
}

export const a = (data: string, name = 'health.example'): Answer => ({ type: 'A', name, data, ttl: 60 })

/** A DNS server of one's own on a free port of 127.0.0.1, over UDP and TCP. */
export async function serveDns(t: TestContext, onQuery: OnQuery): Promise<{ readonly port: number }> {
  const server = createServer((socket) => {
    socket.on('data', (data) => {
      const bytes = onQuery(decode(data.subarray(2)), 'tcp')
      if (bytes !== null) socket.write(withLength(bytes))
    })
  })
  const { port } = await serve(t, server)
  const onDatagram: OnDatagram = (datagram, reply) => {
    const bytes = onQuery(decode(datagram), 'udp')
    if (bytes !== null) reply(bytes)
  }
  await serveDatagrams(t, onDatagram, '127.0.0.1', port)
  return { port }
}

export function withLength(message: Buffer, length = message.length): Buffer {
  return Buffer.concat([Buffer.from([length >> 8, length & 0xff]), message])
}
