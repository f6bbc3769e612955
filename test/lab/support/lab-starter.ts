import { establishedSessions } from '../../../testnet/observe/bird.js'
import { startTwoHosts } from './two-hosts.js'

/**
 * A process of its own that starts a lab, for tests that end it or give it another user: prints one line of JSON when
 * the sessions are there, and stays.
 */
export interface StarterReport {
  /** The first process of the lab. */
  readonly pid: number
  readonly pidNamespace: string
  readonly uid: number
  readonly sessions: readonly string[]
}

const lab = await startTwoHosts()
const sessions = await establishedSessions(lab.node('router'))
// A stopped process stops what waits for it outside: it must not keep the lab alive either.
const sleeper = await lab.node('host1').spawn(['sleep', 'infinity'])
sleeper.kill('SIGSTOP')
const report: StarterReport = { pid: lab.pid, pidNamespace: lab.pidNamespace, uid: process.getuid?.() ?? -1, sessions }
console.log(JSON.stringify(report))
await lab.ended
