import type { Place } from './managed-world.js'
import { managedSpeaker } from './managed-world.js'

// Runs a managed speaker and prints what it reports, one JSON object a line: a process to be killed by a test.
const place = JSON.parse(process.argv[2] ?? '') as Place
const life = new AbortController()
process.once('SIGTERM', () => life.abort())
await managedSpeaker(place).run(life.signal, (event) => {
  // Of an error only its code and name would be printed.
  console.log(JSON.stringify('error' in event ? { ...event, message: event.error.message } : event))
})
