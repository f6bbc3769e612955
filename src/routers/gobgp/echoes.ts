import type { ObservedRoute, RouteChange } from '../../domain/target.js'

/** What the daemon's table can say of one of our addresses: our route is its best path, or it is not. */
export type Word = 'present' | 'absent'

/** Changes of one address whose reports are awaited at the most; what is older was never reported. */
const longestWait = 8

/**
 * Tells, in what a watcher reports, our own changes from those of somebody else. It holds for each address the word last
 * reported and those that we said since, in order: a report that fits one of ours answers it and all before it. That is
 * memory of what was said, not of what is there; observations alone know that.
 */
export class Echoes {
  readonly #words = new Map<string, readonly [Word, ...Word[]]>()

  /** A change that is about to be sent. */
  told({ kind, address }: RouteChange): void {
    const [reported = 'absent', ...said] = this.#words.get(address.text) ?? []
    const word = kind === 'announce' ? 'present' : 'absent'
    // Withdrawing what was never there is not reported.
    if (word === 'absent' && reported === 'absent' && said.length === 0) return
    this.#words.set(address.text, [reported, ...said.slice(1 - longestWait), word])
  }

  /** Routes that an observation found: left by an earlier life, their loss would mean nothing to us otherwise. */
  found(routes: ReadonlyMap<string, ObservedRoute>): void {
    for (const text of routes.keys()) {
      if (!this.#words.has(text)) this.#words.set(text, ['present'])
    }
  }

  /** A new watch begins: what was changed before is never reported. */
  forget(): void {
    this.#words.clear()
  }

  /** Whether it is about an address that we changed or found. */
  knows(address: string): boolean {
    return this.#words.has(address)
  }

  /** Takes a report; whether somebody else made that change. */
  isForeign(address: string, word: Word): boolean {
    const [reported = 'absent', ...said] = this.#words.get(address) ?? []
    const answered = said.indexOf(word)
    this.#set(address, [word, ...said.slice(answered + 1)])
    if (answered >= 0) return false
    // A route that is there and is reported again was given other attributes.
    return word === 'present' || reported === 'present'
  }

  #set(address: string, words: readonly [Word, ...Word[]]): void {
    if (words.length === 1 && words[0] === 'absent') this.#words.delete(address)
    else this.#words.set(address, words)
  }
}
