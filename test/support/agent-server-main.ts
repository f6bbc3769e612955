import { createServer, type AddressInfo } from 'node:net'

/** A text agent that calls its service well; tells its port on standard output. */
const server = createServer((socket) => {
  socket.on('error', () => {})
  socket.end('up 100%\n')
})
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port))
