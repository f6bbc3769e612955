import { createServer } from 'node:net'
import { wallClock } from '../../testnet/observe/clock.js'

/** Accepts and closes; a line when it listens, then one with the time of each connection. usage: node listener.js PORT */
createServer((socket) => {
  process.stdout.write(`${wallClock()}\n`)
  socket.on('error', () => {})
  socket.end()
}).listen(Number(process.argv[2]), () => process.stdout.write('listening\n'))
