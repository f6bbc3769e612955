import type { GrpcProbe } from '../domain/config.js'
import { onAbort } from './dial.js'
import type { GrpcCall } from './grpc-call.js'
import type { Channel, ChannelSecurity } from './grpc-channel.js'
import { openChannel } from './grpc-channel.js'
import { grpcFailure } from './grpc-failure.js'
import { healthCall } from './grpc-health.js'
import type { Finding, Prober, ProbeTools } from './probe.js'
import { aborted, untested } from './probe.js'
import { trustOf } from './trust.js'

/** See grpc.ts. */
export function createGrpcProber(probe: GrpcProbe, { clock, lookup }: ProbeTools): Prober {
  const endpoint = { host: probe.host, port: probe.port, lookup }
  const trust = probe.tls === null ? null : trustOf(probe.tls.ca, clock)
  let call: GrpcCall | Error | null = probe.call.kind === 'health' ? healthCall(probe.call.service) : null

  const loadCall = async (): Promise<void> => {
    if (probe.call.kind === 'health') return
    const { methodCall } = await import('./grpc-method.js')
    call = await methodCall(probe.call, clock).catch((error: unknown) => error as Error)
  }
  const security = async (): Promise<ChannelSecurity | null> =>
    trust === null ? null : { context: await trust(), serverName: probe.tls?.serverName ?? null }

  return {
    // A file that can not be used is read again for the next probe: it may be mended meanwhile.
    load: () => (call === null || call instanceof Error ? loadCall() : undefined),
    probe: async (signal) => {
      if (call === null) await loadCall()
      if (call === null || call instanceof Error) return untested(call?.message ?? '')
      try {
        return await make(call, openChannel(endpoint, await security()), signal)
      } catch (error) {
        return untested((error as Error).message)
      }
    },
    close: () => {},
  }
}

async function make(call: GrpcCall, channel: Channel, signal: AbortSignal): Promise<Finding> {
  const late = new Promise<Finding>((resolve) => onAbort(signal, () => resolve(aborted(channel.lacking()))))
  const answer = call(channel.transport).catch((error: unknown) => grpcFailure(error, channel.broken()))
  try {
    return await Promise.race([answer, late])
  } finally {
    channel.close()
  }
}
