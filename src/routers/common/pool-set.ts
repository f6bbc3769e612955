import { addressBits, hostLength, parseAddress, type Address, type Family, type Prefix } from '../../domain/address.js'

/** The pools, made ready to be asked about each of ten thousand addresses. */
export class PoolSet {
  readonly families: readonly Family[]
  readonly #prefixes: readonly Prefix[]
  readonly #networks: Readonly<Record<Family, readonly Network[]>>

  constructor(prefixes: readonly Prefix[]) {
    this.#prefixes = prefixes
    this.families = [...new Set(prefixes.map(({ family }) => family))]
    this.#networks = { ipv4: networksOf('ipv4', prefixes), ipv6: networksOf('ipv6', prefixes) }
  }

  of(family: Family): readonly Prefix[] {
    return this.#prefixes.filter((prefix) => prefix.family === family)
  }

  /** The host prefix of every IPv4 address inside, `203.0.113.0/32` and so on; undefined if there are more than `most`. */
  ipv4Hosts(most: number): readonly string[] | undefined {
    const hosts: string[] = []
    for (const { shift, start } of this.#networks.ipv4) {
      const count = 2 ** Number(shift)
      if (hosts.length + count > most) return undefined
      for (let at = 0; at < count; at += 1) hosts.push(`${dotted(Number(start << shift) + at)}/32`)
    }
    return hosts
  }

  /** The address of a text, if it lies inside. */
  find(text: string): Address | undefined {
    const address = parseAddress(text)
    return address !== undefined && this.holds(address) ? address : undefined
  }

  holds(address: Address): boolean {
    const networks = this.#networks[address.family]
    if (networks.length === 0) return false
    const bits = addressBits(address)
    return networks.some(({ shift, start }) => bits >> shift === start)
  }
}

interface Network {
  /** Bits behind the network's own. */
  readonly shift: bigint
  readonly start: bigint
}

function networksOf(family: Family, prefixes: readonly Prefix[]): readonly Network[] {
  return prefixes
    .filter((prefix) => prefix.family === family)
    .map(({ network, length }) => {
      const shift = BigInt(hostLength(family) - length)
      return { shift, start: addressBits(network) >> shift }
    })
}

function dotted(bits: number): string {
  return [24, 16, 8, 0].map((shift) => (bits >>> shift) & 255).join('.')
}
