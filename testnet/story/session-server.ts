import { createServer } from 'node:net'

/**
 * The server of sessions: answers its name to whatever arrives, for as long as the connection lasts.
 *   usage: node session-server.js NAME PORT
 */
const [name = '', port] = process.argv.slice(2)

const server = createServer({ noDelay: true }, (socket) => {
  socket.on('data', () => socket.write(`${name}\n`))
  // How a session ends is for the client to tell.
  socket.on('error', () => {})
})
// The unspecified IPv6 address takes IPv4 as well.
server.listen(Number(port), '::', () => console.log(`sessions listen on port ${port}`))
