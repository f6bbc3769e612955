import type { SecureContext, TLSSocket } from 'node:tls'

import type { TlsProbe } from '../domain/config.js'
import { dialFailure, dialSecurely, onAbort } from './dial.js'
import type { Finding, ProbeKind, Prober, ProbeTools } from './probe.js'
import { aborted, failed, passed, untested } from './probe.js'
import { trustOf } from './trust.js'

/**
 * Passes when the TLS handshake succeeds with a certificate that is trusted, bears the name, and stays valid for at least
 * `minDaysLeft` days. The connection is closed then, in the way of TLS.
 *
 * | what happens                              | result                                                            |
 * |-------------------------------------------|-------------------------------------------------------------------|
 * | all of it holds                           | pass: certificate good for 42 days                                |
 * | it ends too soon                          | fail: certificate good for 6 days (until 2027-01-03), wanted 14   |
 * | it has ended, or begins later             | fail: certificate expired; certificate not valid yet              |
 * | another name                              | fail: certificate is not for www.example (it is for …)            |
 * | an authority that is not trusted          | fail: certificate is from an authority that is not trusted …      |
 * | no TLS                                    | fail: TLS handshake failed: wrong version number                  |
 * | nobody listens; reset; closed             | fail: connection refused; … reset; closed during the TLS handshake |
 * | late                                      | fail: no connection, connected, but no TLS handshake within…      |
 * | `ca` can't be read                        | unknown: the authorities in … can not be used                     |
 */
export const tls: ProbeKind<TlsProbe> = {
  target: (probe) => probe.host,
  create: (probe, tools) => createTlsProber(probe, tools),
}

const day = 86_400_000

function createTlsProber(probe: TlsProbe, { clock, lookup }: ProbeTools): Prober {
  const trust = trustOf(probe.ca, clock)

  const run = (context: SecureContext, signal: AbortSignal, end: (finding: Finding) => void): void => {
    const security = { context, serverName: probe.serverName }
    const { socket, lacking } = dialSecurely({ host: probe.host, port: probe.port, lookup }, security)
    onAbort(signal, () => {
      socket.destroy()
      end(aborted(lacking()))
    })
    socket.on('error', (error) => end(dialFailure(error)))
    socket.on('secureConnect', () => {
      end(judge(socket, probe.minDaysLeft, clock.wall()))
      socket.destroySoon() // many servers log a connection that ends without TLS's own farewell
    })
  }

  return {
    probe: async (signal) => {
      let context: SecureContext
      try {
        context = await trust()
      } catch (error) {
        return untested((error as Error).message)
      }
      return new Promise((resolve) => run(context, signal, resolve))
    },
    close: () => {},
  }
}

function judge(socket: TLSSocket, minDaysLeft: number, now: Date): Finding {
  const until = new Date(socket.getPeerCertificate().valid_to)
  const left = (until.getTime() - now.getTime()) / day
  const good = `certificate good for ${daysText(Math.floor(left))}`
  if (left >= minDaysLeft) return passed(good)
  return failed(`${good} (until ${until.toISOString().slice(0, 10)}), wanted ${minDaysLeft}`)
}

function daysText(days: number): string {
  return days === 1 ? '1 day' : `${days} days`
}
