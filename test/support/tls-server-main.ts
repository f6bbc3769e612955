import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:tls'

/** A TLS service with the certificate and the key of its arguments; tells its port on standard output. */
const [cert = '', key = ''] = process.argv.slice(2)
const server = createServer({ cert: readFileSync(cert), key: readFileSync(key) }, (socket) => {
  socket.on('error', () => {})
})
server.on('tlsClientError', () => {})
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port))
