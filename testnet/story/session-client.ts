import { connect } from 'node:net'
import { setInterval, setTimeout } from 'node:timers'
import { wallClock } from '../observe/clock.js'

/**
 * The client of a session: holds one connection open, asks on it at a fixed rate, and connects anew when it breaks or answers
 * stay away. One JSON line on standard output for each connection and for each answer.
 *   usage: node session-client.js ADDRESS PORT EVERY_MS PATIENCE_MS
 */
const [host, port, every = '10', patience = '1000'] = process.argv.slice(2)
/** Milliseconds from a failed attempt to the next. */
const retry = 50

function tell(what: object): void {
  process.stdout.write(`${JSON.stringify({ at: wallClock(), ...what })}\n`)
}

function open(): void {
  const socket = connect({ host, port: Number(port), noDelay: true })
  // Counted, not timed: on a busy machine this program may itself be late.
  let unanswered = 0
  const asking = setInterval(() => {
    unanswered += 1
    if (unanswered * Number(every) > Number(patience)) socket.destroy()
    else if (!socket.connecting) socket.write('?')
  }, Number(every))
  socket.on('connect', () => tell({ connected: true }))
  socket.on('data', (chunk: Buffer) => {
    unanswered = 0
    tell({ from: chunk.toString().split('\n')[0] })
  })
  // However it broke, what follows is the same.
  socket.on('error', () => {})
  socket.on('close', () => {
    clearInterval(asking)
    setTimeout(open, retry)
  })
}

open()
