import { request } from 'node:http'
import { setInterval } from 'node:timers'
import { wallClock } from '../observe/clock.js'

/**
 * A client of a story: one short request at a fixed rate, to each URL in turn, each on a connection of its own, and one JSON
 * line for each on standard output when it has ended.
 *   usage: node client.js NAME EVERY_MS TIMEOUT_MS URL…
 */
const [client = '', every = '4', timeout = '1000', ...urls] = process.argv.slice(2)
let sent = 0

function ask(url: string, number: number): void {
  const at = wallClock()
  let told = false
  const tell = (from: string | null, error: string | null): void => {
    // A connection that breaks within an answer is an error of the request and of the response.
    if (told) return
    told = true
    process.stdout.write(`${JSON.stringify({ client, number, at, ms: wallClock() - at, url, from, error })}\n`)
  }
  const asked = request(url, { agent: false, timeout: Number(timeout) }, (response) => {
    let name = ''
    response.on('data', (chunk: Buffer) => (name += chunk.toString()))
    response.on('end', () => tell(name.trim(), null))
    response.on('error', (error) => tell(null, error.message))
  })
  // An answer that is there and was not read yet, by a client that had to wait for a core, is one: it is read before this.
  asked.on('timeout', () => setImmediate(() => asked.destroy(new Error('no answer in time'))))
  asked.on('error', (error: NodeJS.ErrnoException) => tell(null, error.code ?? error.message))
  asked.end()
}

const began = performance.now()
setInterval(() => {
  // A tick that comes late sends what has become due meanwhile: the rate is what it is said to be.
  while (began + sent * Number(every) <= performance.now()) {
    ask(urls[sent % urls.length] ?? '', sent)
    sent += 1
  }
}, Number(every))
