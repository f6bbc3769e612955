import { connect } from 'node:net'
import { wallClock } from '../observe/clock.js'

/**
 * The client of one long transfer: one JSON line for each arrival on standard output, and one when it breaks.
 *   usage: node transfer-client.js ADDRESS PORT PATIENCE_MS [LOCAL_PORT]
 */
const [host, port, patience, localPort] = process.argv.slice(2)

function tell(what: object): void {
  process.stdout.write(`${JSON.stringify({ at: wallClock(), ...what })}\n`)
}

const socket = connect({ host, port: Number(port), ...(localPort && { localPort: Number(localPort) }) })
socket.setTimeout(Number(patience), () => socket.destroy(new Error(`nothing arrived for ${patience} ms`)))
socket.on('data', (chunk: Buffer) => tell({ bytes: chunk.length }))
// Without an error of its own it was the server that ended it.
let reason = 'closed by the server'
socket.on('error', (error: NodeJS.ErrnoException) => (reason = error.code ?? error.message))
socket.on('close', () => tell({ broken: reason }))
