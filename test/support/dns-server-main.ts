import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'

import { decode } from 'dns-packet'

import { a, answer, withLength } from './dns-servers.js'

/** Answers every question with one address, over UDP and TCP; tells its port on standard output. */
const records = [a('192.0.2.1')]
const socket = createSocket('udp4')
socket.on('message', (query, { port, address }) => socket.send(answer(decode(query), records), port, address))
const server = createServer((stream) => {
  stream.on('error', () => {})
  stream.on('data', (data) => stream.write(withLength(answer(decode(data.subarray(2)), records))))
})
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as { port: number }
  socket.bind(port, '127.0.0.1', () => console.log(port))
})
