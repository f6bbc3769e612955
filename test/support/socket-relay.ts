import { connect, createServer, type Socket } from 'node:net'

/**
 * Carries connections of a Unix socket to a TCP port of this network namespace, which who opens the socket need not share.
 *   usage: socket-relay.js SOCKET PORT
 */
const [path = '', port = ''] = process.argv.slice(2)

createServer((from) => {
  const to = connect({ host: '127.0.0.1', port: Number(port), noDelay: true })
  tie(from, to)
  tie(to, from)
  from.pipe(to).pipe(from)
}).listen(path)

/** Neither outlives the other, however it ends. */
function tie(one: Socket, other: Socket): void {
  one.on('error', () => undefined)
  one.on('close', () => other.destroy())
}
