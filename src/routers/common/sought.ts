import type { LearnedRoute } from '../../domain/learned.js'
import { enclosingPrefix, hostLength, type Address, type Prefix } from '../../domain/address.js'

/** The addresses whose other routes are looked for, made ready to be asked about each route that changes. */
export class Sought {
  #addresses: readonly Address[] = []
  /** Texts of all networks that hold one of them. */
  #networks: Set<string> | null = null
  #lastFound = ''
  #begin: () => void = () => {}
  #begun: Promise<void> | null = null

  get addresses(): readonly Address[] {
    return this.#addresses
  }

  seek(addresses: readonly Address[]): void {
    this.#addresses = addresses
    this.#networks = null
    if (addresses.length === 0) return
    this.#begin()
    this.#begun = null
  }

  /** Resolves when something is sought, for those that found nothing to be. */
  begun(): Promise<void> {
    return (this.#begun ??= new Promise((resolve) => (this.#begin = resolve)))
  }

  /** What an observation tells: a later look is compared with it, or a change back to the look before it would be no news. */
  tell(found: ReadonlyMap<string, readonly LearnedRoute[]>): void {
    this.#lastFound = JSON.stringify([...found])
  }

  /** For those that ask again and again: whether this differs from what was found or told last. */
  isNews(found: ReadonlyMap<string, readonly LearnedRoute[]>): boolean {
    const before = this.#lastFound
    this.tell(found)
    return before !== this.#lastFound
  }

  /** Whether a network, `192.0.2.0/24`, holds one of them; a host does that is one of them. */
  concerns(network: string): boolean {
    if (this.#addresses.length === 0) return false
    this.#networks ??= new Set(this.#addresses.flatMap(networksAround).map(({ text }) => text))
    return this.#networks.has(network)
  }
}

/** Every network that holds an address, from the default route to its own host route. */
export function networksAround(address: Address): Prefix[] {
  return Array.from({ length: hostLength(address.family) + 1 }, (_, length) => enclosingPrefix(address, length))
}
