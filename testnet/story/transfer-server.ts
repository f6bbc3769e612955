import { createServer } from 'node:net'
import { setInterval } from 'node:timers'

/**
 * The server of long transfers: sends to everyone who connects, 4 kB every 5 ms for as long as the connection lasts.
 *   usage: node transfer-server.js PORT
 */
const port = Number(process.argv[2])
const chunk = Buffer.alloc(4096)
const every = 5

const server = createServer((socket) => {
  const pump = setInterval(() => {
    // What a broken path holds up is not piled up: then a long pause would end in a flood.
    if (!socket.writableNeedDrain) socket.write(chunk)
  }, every)
  socket.on('close', () => clearInterval(pump))
  // How a transfer ends is for the client to tell.
  socket.on('error', () => {})
})
// The unspecified IPv6 address takes IPv4 as well.
server.listen(port, '::', () => console.log(`transfers listen on port ${port}`))
