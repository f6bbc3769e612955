import { createServer } from 'node:http2'
import type { AddressInfo } from 'node:net'

import { health, reply } from './grpc-servers.js'

/** Says SERVING to every call; tells its port on standard output. */
const server = createServer()
server.on('stream', (stream) => {
  stream.on('error', () => {})
  stream.on('data', () => {})
  stream.on('end', () => reply(stream, health(1)))
})
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port))
