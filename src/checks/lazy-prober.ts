import type { Prober } from './probe.js'

/** A prober whose code is loaded before its first probe, so that a daemon without such checks never does. */
export function lazyProber(create: () => Promise<Prober>): Prober {
  let prober: Prober | null = null
  let closed = false

  const created = async (): Promise<Prober> => {
    prober ??= await create()
    if (closed) prober.close()
    return prober
  }
  const loadAll = async (): Promise<void> => (await created()).load?.()

  return {
    load: () => (prober === null ? loadAll() : prober.load?.()),
    probe: async (signal) => (await created()).probe(signal),
    close: () => {
      closed = true
      prober?.close()
    },
  }
}
