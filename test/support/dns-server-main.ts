import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'

import { decode } from 'dns-packet'

import { a, answer, withLength } from './dns-servers.js'

/**
 * Answers every question with one address, over UDP and TCP; tells its port on standard output.
 *   usage: dns-server-main.js [ADDRESS [PORT]]      127.0.0.1, and a free port
 */
const [address = '127.0.0.1', wanted = '0'] = process.argv.slice(2)
const records = [a('192.0.2.1')]
const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4')
socket.on('message', (query, from) => socket.send(answer(decode(query), records), from.port, from.address))
const server = createServer((stream) => {
  stream.on('error', () => {})
  stream.on('data', (data) => stream.write(withLength(answer(decode(data.subarray(2)), records))))
})
server.listen(Number(wanted), address, () => {
  const { port } = server.address() as { port: number }
  socket.bind(port, address, () => console.log(port))
})
