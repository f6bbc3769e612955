import type { Address, Family } from './address.js'
import type { TargetError } from './target.js'
import type { Hint, Outcome } from './target.js'

/** One unicast route of the kernel's main table, as far as source addresses are concerned. */
export interface KernelRoute {
  readonly family: Family
  /** `default`, an address or a prefix, as `ip route` shows it. */
  readonly destination: string
  /** IPv4 only; empty: none. */
  readonly tos: string
  readonly metric: number
  /** Who made it, by the kernel's numbers. */
  readonly protocol: number
  /** What connections that choose no source get by it; null: what the kernel chooses. */
  readonly source: string | null
  /** Of its next hops: one for each path; none where the destination is on the link itself. */
  readonly gateways: readonly string[]
  readonly interfaces: readonly string[]
  /** Where it leads and how, in the words that `ip route add` takes. */
  readonly path: string
}

/** A route of ours, in front of one of the host's with the same destination and path. */
export interface Twin extends Pick<KernelRoute, 'family' | 'destination' | 'tos' | 'metric' | 'path' | 'interfaces'> {
  readonly source: string
  /** Whether it shares the metric of the original, and so has to be put in front of it. */
  readonly prepend: boolean
}

export type TwinChange =
  | { readonly kind: 'add'; readonly twin: Twin }
  /** Exactly this route of ours. */
  | { readonly kind: 'remove'; readonly route: KernelRoute }

/** The routes of this host that choose a source. Calling anything twice is harmless. */
export interface SourceRoutesTarget {
  readonly name: string
  /** All unicast routes of the main table, in the kernel's order. Throws TargetError. */
  observe(signal: AbortSignal): Promise<readonly KernelRoute[]>
  /** Those that bear our mark alone, however many others there are. Throws TargetError. */
  observeOurs(signal: AbortSignal): Promise<readonly KernelRoute[]>
  /** In the order given; one outcome for each. */
  apply(changes: readonly TwinChange[], signal: AbortSignal): Promise<readonly Outcome[]>
  /** Removes every route of ours with one of these sources, whatever it looks like; null when none is left. */
  release(sources: readonly Address[], signal: AbortSignal): Promise<TargetError | null>
  hints(signal: AbortSignal): AsyncIterable<Hint>
}

/**
 * The number that marks routes of ours (`ip route show proto 194`). It is that of FRR's own test daemon, sharpd, since zebra
 * (8.4 to 10.7) takes no notice of routes with a number of its own daemons while it runs. One that it does not know it takes
 * for a better route than those of BGP and OSPF, and takes these out of the kernel.
 */
export const ourProtocol = 194

/** Who made the kernel's own: connected networks, and what belongs to addresses. */
export const kernelProtocol = 2
