/** What bgpd was last seen to let through, so that others' changes are told from ours: it tells nobody what changed. */
export class Pictures {
  #last: ReadonlySet<string> | undefined
  #epoch = 0
  #changed: (what: string) => void = () => undefined

  /** Who is told of others' changes from now on. */
  listen(changed: (what: string) => void): void {
    this.#changed = changed
  }

  /** For `looked`: a look during which we changed something ourselves shows nothing. */
  get epoch(): number {
    return this.#epoch
  }

  forget(): void {
    this.#epoch += 1
    this.#last = undefined
  }

  looked(addresses: ReadonlySet<string>, epoch: number): void {
    if (epoch === this.#epoch) this.take(addresses)
  }

  /** As it was just before a change of ours, or a look. */
  take(addresses: ReadonlySet<string>): void {
    const before = this.#last
    this.#last = addresses
    if (before === undefined) return
    for (const text of addresses) if (!before.has(text)) this.#changed(`somebody else let ${text} through`)
    for (const text of before) if (!addresses.has(text)) this.#changed(`somebody else took ${text} away`)
  }

  /** As it is by a change of ours. */
  told(addresses: ReadonlySet<string>): void {
    this.#epoch += 1
    this.#last = addresses
  }
}
