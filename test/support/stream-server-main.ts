import { createServer as createHttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createServer as createHttp2Server } from 'node:http2'
import { createServer } from 'node:net'

/** `tcp` answers each piece with itself, `http` and `http2` everything with `ready`; tells its port on standard output. */
const echo = createServer((socket) => {
  socket.on('error', () => {})
  socket.pipe(socket)
})
const web = createHttpServer((_request, response) => response.end('ready'))
web.keepAliveTimeout = 0

const web2 = createHttp2Server((_request, response) => response.end('ready'))

const kind = process.argv[2]
const server = kind === 'http' ? web : kind === 'http2' ? web2 : echo
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => {
  console.log((server.address() as AddressInfo).port)
})
