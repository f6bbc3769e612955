import { enclosingPrefix, hostLength, parseAddress, prefixContains, type Address } from '../domain/address.js'
import { nothingLearned } from '../domain/learned.js'
import type { KernelTarget } from '../domain/target.js'
import { backoff } from '../platform/backoff.js'
import type { Clock } from '../platform/clock.js'
import type { ProcessRunner } from '../platform/process.js'
import { addressEvents } from './addresses.js'
import { applyChanges } from './apply.js'
import { listLearned } from './learned.js'
import { monitorHints } from './monitor.js'
import type { AddressLine } from './addresses.js'
import { listAddresses } from './observe.js'

export interface KernelOptions {
  readonly runner: ProcessRunner
  readonly clock: Clock
  /** 0 to 1, as Math.random. */
  readonly random: () => number
  /** Milliseconds for one run of `ip`: a listing, or up to 500 changes; 10 s by default. */
  readonly timeout?: number
}

/**
 * The addresses of this host, through iproute2. It changes the addresses it is told to and nothing else; whose an
 * address is, the caller knows.
 */
export function createKernelTarget({ runner, clock, random, timeout = 10_000 }: KernelOptions): KernelTarget {
  let sought: readonly Address[] = []
  return {
    name: 'kernel',
    seek: (addresses) => {
      sought = addresses
    },
    observe: async (signal) => {
      const addresses = new Map<string, string>()
      const expiring = new Set<string>()
      const hostScope = new Set<string>()
      const inSubnet = new Set<string>()
      for (const line of await listAddresses(runner, timeout, signal)) {
        for (const text of heldBySubnet(line, sought)) inSubnet.add(text)
        // On several interfaces: the one with the lowest index counts, so that every observation says the same.
        if (addresses.has(line.address)) continue
        addresses.set(line.address, line.interface)
        if (line.expires) expiring.add(line.address)
        if (line.hostScope) hostScope.add(line.address)
      }
      const learned =
        sought.length === 0 ? nothingLearned : { asn: null, routes: await listLearned(runner, sought, timeout, signal) }
      return { addresses, expiring, hostScope, inSubnet, learned }
    },
    apply: (changes, signal) => applyChanges(changes, { runner, timeout, signal }),
    hints: (signal) =>
      monitorHints({ runner, clock, backoff: backoff(100, 10_000, random), subject: addressEvents }, signal),
  }
}

/** Which of the addresses the subnet of an address of this host holds. */
function heldBySubnet({ address: text, length }: AddressLine, sought: readonly Address[]): string[] {
  // Those of a host, as VIPs are, before they are parsed: there may be ten thousand.
  if (sought.length === 0 || length === hostLength(text.includes(':') ? 'ipv6' : 'ipv4')) return []
  const own = parseAddress(text)
  if (own === undefined) return []
  const subnet = enclosingPrefix(own, length)
  return sought.filter((address) => prefixContains(subnet, address)).map((address) => address.text)
}
