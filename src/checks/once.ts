import type { CheckInstance } from '../domain/check-instance.js'
import type { ProbeResult } from '../domain/check-verdict.js'
import { Attempt } from './attempt.js'
import { createProber } from './kinds.js'
import type { ProbeKinds, ProbeTools } from './probe.js'
import type { Holds } from './shared-check.js'
import { aimedAt, notHeld } from './shared-check.js'

export interface ProbeOnceOptions {
  /** The same ones for all that are probed at the same time: what they share is asked for once. */
  readonly tools: ProbeTools
  readonly kinds: ProbeKinds
  readonly holds: Holds
}

/** Sends one probe of an instance, for a person who wants to see its result. Rejects when the signal aborts. */
export async function probeOnce(
  instance: CheckInstance,
  { tools, kinds, holds }: ProbeOnceOptions,
  signal: AbortSignal,
): Promise<ProbeResult> {
  signal.throwIfAborted()
  const address = aimedAt(kinds, instance)
  const obstacle = address === null ? null : notHeld(address, holds)
  if (obstacle !== null) return { ...obstacle, duration: 0, conclusive: false }
  const prober = createProber(kinds, instance.probe, tools, instance.check)
  let onAbort = (): void => {}
  try {
    return await new Promise<ProbeResult>((resolve, reject) => {
      const attempt = new Attempt(prober, instance.check.timeout, tools.clock, resolve)
      onAbort = () => {
        attempt.stop()
        reject(signal.reason as Error)
      }
      signal.addEventListener('abort', onAbort)
      void attempt.run()
    })
  } finally {
    signal.removeEventListener('abort', onAbort)
    prober.close()
  }
}
