import type { BgpProbe } from '../domain/config.js'
import type { RouterSessions } from '../domain/router-sessions.js'
import type { Finding, ProbeKind } from './probe.js'
import { failed, passed, untested } from './probe.js'

/**
 * Passes while the router has so many established sessions. Nothing is sent: the daemon watches its routers anyway, and
 * hears of a change of a session at once.
 *
 * | what the daemon knows        | result                                         |
 * |------------------------------|------------------------------------------------|
 * | enough of them               | pass: 2 sessions established                   |
 * | fewer                        | fail: 1 session established, 2 expected        |
 * | the router does not answer   | fail: edge does not answer: …                  |
 * | nothing yet                  | unknown: edge was not looked at yet            |
 */
export const bgp: ProbeKind<BgpProbe> = {
  target: () => null,
  create: (probe, { sessions }) => ({
    probe: () => Promise.resolve(judge(probe, sessions(probe.router))),
    close: () => {},
  }),
}

function judge({ router, minEstablished }: BgpProbe, seen: RouterSessions): Finding {
  switch (seen.kind) {
    case 'unobserved':
      return untested(`${router} was not looked at yet`)
    case 'silent':
      return failed(`${router} does not answer: ${seen.error}`)
    case 'observed': {
      const text = `${seen.established} session${seen.established === 1 ? '' : 's'} established`
      return seen.established >= minEstablished ? passed(text) : failed(`${text}, ${minEstablished} expected`)
    }
  }
}
