import type { LookupAddress } from 'node:dns'

import { parseAddress } from '../domain/address.js'
import type { PingProbe } from '../domain/config.js'
import { Echoes, type EchoWatch } from './echoes.js'
import type { Finding, Prober, ProbeKind, ProbeTiming, ProbeTools } from './probe.js'
import { onAbort } from './dial.js'
import { aborted, passed, sharedBy, untested } from './probe.js'
import { socketFailure } from './socket-failure.js'

/**
 * Passes when a reply to an echo comes in time. One fping sends an echo to every host in turn, again and again; a probe takes
 * the last reply, when that is no older than one turn, or waits for the next.
 *
 * | what happens                        | result                                                                    |
 * |-------------------------------------|---------------------------------------------------------------------------|
 * | a reply comes                       | pass: reply in 0.57 ms                                                    |
 * | one comes too late                  | fail: a reply after 812 ms, and none within 500 ms                        |
 * | a router says that it can't deliver | fail: 192.0.2.1 said Host Unreachable, and no reply within 500 ms         |
 * | nothing comes                       | fail: no reply within 500 ms                                              |
 * | no address for a name               | fail: name not found; no address for the name within 500 ms               |
 * | fping is missing or does not run    | unknown: fping is not installed (Debian: fping)                           |
 */
export const ping: ProbeKind<PingProbe> = {
  target: ({ host }) => host,
  create: (probe, tools, timing) => createPingProber(probe, tools, timing),
}

const echoesOf = sharedBy(({ clock, runner }) => new Echoes(clock, runner))

/** Milliseconds without a probe that is due, after which no echo is sent any more: its address is not bound here, then. */
const lease = 5_000

function createPingProber({ host }: PingProbe, tools: ProbeTools, timing: ProbeTiming): Prober {
  const echoes = echoesOf(tools)
  const literal = parseAddress(host)?.text ?? null
  let watch: EchoWatch | null = null
  let cancelLease = (): void => {}

  const release = (): void => {
    cancelLease()
    watch?.close()
    watch = null
  }
  const follow = (address: string): EchoWatch => {
    if (watch?.address !== address) release()
    watch ??= echoes.watch(address, { period: timing.fastInterval, timeout: timing.timeout })
    cancelLease()
    cancelLease = tools.clock.timer(timing.interval + lease, release)
    return watch
  }
  const addressOf = async (): Promise<string> => {
    const found = await addressesOf(host, tools)
    return found.find((address) => address === watch?.address) ?? found[0] ?? ''
  }
  const probe = async (signal: AbortSignal): Promise<Finding> => {
    const address = literal ?? (await unlessAborted(addressOf(), signal))
    if (address === null || signal.aborted) return aborted('no address for the name')
    const echo = follow(address)
    const broken = echoes.broken()
    if (broken !== null) return untested(broken)
    const reply = await echo.next(signal)
    if (reply !== null) return passed(`reply in ${reply.milliseconds} ms`)
    const trouble = echoes.trouble()
    return trouble === null ? aborted(echo.lacking()) : untested(trouble)
  }
  // Before the first probe, so that one fping is started for all checks that are.
  if (literal !== null) follow(literal)
  return {
    load: () => echoes.started(timing.timeout),
    probe: (signal) => probe(signal).catch((error: unknown) => socketFailure(error as NodeJS.ErrnoException)),
    close: release,
  }
}

function addressesOf(host: string, { lookup }: ProbeTools): Promise<string[]> {
  return new Promise((resolve, reject) => {
    lookup(host, { all: true }, (error, found) => {
      if (error === null) resolve((found as LookupAddress[]).map(({ address }) => address))
      else reject(error)
    })
  })
}

function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | null> {
  return new Promise((resolve, reject) => {
    onAbort(signal, () => resolve(null))
    work.then(resolve, reject)
  })
}
