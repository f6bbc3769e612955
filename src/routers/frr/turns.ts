/** Lets one writer at a time at a daemon's configuration: what one has read must still hold when it writes. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve()

  /** Does the work when what was asked for before is over. */
  take<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work, work)
    this.#last = mine
    return mine
  }
}
