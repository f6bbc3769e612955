import { parsePrefix, prefixContains, type Address } from '../../src/domain/address.js'
import type { Learned, LearnedRoute, RouteSource } from '../../src/domain/learned.js'

/** Routes that others announce, as a router or the kernel tells of them to one who seeks. */
export class FakeSurroundings {
  #sought: readonly Address[] = []
  readonly #routes = new Map<string, LearnedRoute>()

  constructor(private readonly asn: number | null) {}

  seek(addresses: readonly Address[]): void {
    this.#sought = addresses
  }

  /** A route is learned, or with null lost; a network as text. */
  learn(network: string, source: RouteSource | null): void {
    const prefix = parsePrefix(network)
    if (prefix === undefined) throw new Error(`${network} is no network`)
    if (source === null) this.#routes.delete(prefix.text)
    else this.#routes.set(prefix.text, { prefix, source })
  }

  clear(): void {
    this.#routes.clear()
  }

  /** Of those sought: the ones in a subnet of this host. */
  inSubnet(): Set<string> {
    const subnets = [...this.#routes.values()].filter(({ source }) => source.kind === 'connected')
    const held = this.#sought.filter((address) => subnets.some(({ prefix }) => prefixContains(prefix, address)))
    return new Set(held.map(({ text }) => text))
  }

  learned(): Learned {
    const around = (address: Address): LearnedRoute[] =>
      [...this.#routes.values()].filter(({ prefix }) => prefixContains(prefix, address))
    return { asn: this.asn, routes: new Map(this.#sought.map((address) => [address.text, around(address)])) }
  }
}

/** A path that a neighbor announces. */
export function fromPeer(neighbor: string, asPath: readonly number[], nextHop: string = neighbor): RouteSource {
  return { kind: 'bgp', neighbor, asPath, nextHop }
}
