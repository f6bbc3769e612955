import { probeKinds } from '../../src/checks/kinds.js'
import type { Finding, Prober, ProbeKinds } from '../../src/checks/probe.js'
import { aborted, failed, passed, refused } from '../../src/checks/probe.js'
import type { HttpProbe, TcpProbe } from '../../src/domain/config.js'

/** A service as a prober sees it. */
export type FakeService =
  | 'healthy'
  | 'broken'
  /** Nobody listens. */
  | 'refuses'
  /** Never answers; the prober ends when it is told to. */
  | 'hangs'
  /** Never answers, and the prober ends never. */
  | 'hangs-for-ever'
  /** The prober throws. */
  | 'throws'

/** A small world of tcp and http services, one per probe target, that remembers what was sent to each. */
export interface FakeServices {
  readonly kinds: ProbeKinds
  /** What the service of a host does from now on; all are healthy at first. */
  set(host: string, service: FakeService): void
  /** The prober of a host hears that something changed there. */
  change(host: string): void
  /** Answers what hangs at a host. */
  answer(host: string, finding: Finding): void
  /** Times at which probes were sent to a host. */
  sent(host: string): readonly number[]
  /** The most probes that one prober had on their way at a time. */
  readonly mostAtOnce: number
  /** Probers that were made and not closed. */
  readonly open: number
}

export function createFakeServices(now: () => number): FakeServices {
  const services = new Map<string, FakeService>()
  const sent = new Map<string, number[]>()
  const watching = new Map<string, () => void>()
  const waiting = new Map<string, (finding: Finding) => void>()
  let mostAtOnce = 0
  let open = 0

  const prober = (host: string): Prober => {
    let running = 0
    open += 1
    const answer = (signal: AbortSignal): Promise<Finding> => {
      const service = services.get(host) ?? 'healthy'
      if (service === 'throws') throw new Error('a fault of the prober')
      if (service === 'healthy') return Promise.resolve(passed('connected'))
      if (service === 'broken') return Promise.resolve(failed('connection reset'))
      if (service === 'refuses') return Promise.resolve(refused('connection refused'))
      return new Promise((resolve) => {
        waiting.set(host, resolve)
        if (service === 'hangs') signal.addEventListener('abort', () => resolve(aborted('no answer')))
      })
    }
    return {
      watch: (changed) => watching.set(host, changed),
      probe: async (signal) => {
        sent.set(host, [...(sent.get(host) ?? []), now()])
        running += 1
        mostAtOnce = Math.max(mostAtOnce, running)
        try {
          return await answer(signal)
        } finally {
          running -= 1
        }
      },
      close: () => (open -= 1),
    }
  }
  const hostOf = (probe: TcpProbe | HttpProbe): string => ('url' in probe ? new URL(probe.url).hostname : probe.host)
  const kind = { target: hostOf, create: (probe: TcpProbe | HttpProbe) => prober(hostOf(probe)) }

  return {
    kinds: { ...probeKinds, tcp: kind, http: kind },
    set: (host, service) => services.set(host, service),
    change: (host) => watching.get(host)?.(),
    answer: (host, finding) => waiting.get(host)?.(finding),
    sent: (host) => sent.get(host) ?? [],
    get mostAtOnce() {
      return mostAtOnce
    },
    get open() {
      return open
    },
  }
}
