import type { Clock } from '../../../platform/clock.js'
import type { Answer } from './answers.js'
import { VtyConnection } from './connection.js'
import { GivenUp, Late, toFailure, type Question } from './errors.js'

export interface VtyOptions {
  /** Name of the router in the configuration. */
  readonly router: string
  /** `bgpd`. */
  readonly daemon: string
  /** Path of its socket. */
  readonly path: string
  readonly clock: Clock
}

/** A daemon of FRR, over its vty socket. It connects with the first question, and again after the connection was lost. */
export class VtyClient {
  readonly #options: VtyOptions
  #connection: VtyConnection | undefined
  #opening: Promise<VtyConnection> | undefined

  constructor(options: VtyOptions) {
    this.#options = options
  }

  question(doing: string): Question {
    return { ...this.#options, doing }
  }

  /**
   * Sends the commands in one write; one answer for each, in order. `doing` completes "could not …"; `timeout` in milliseconds
   * is for all of them. Throws VtyFailed: a daemon that went silent is asked over a new connection the next time.
   */
  async ask(
    commands: readonly string[],
    doing: string,
    timeout: number,
    signal: AbortSignal,
  ): Promise<readonly Answer[]> {
    const question = this.question(doing)
    if (signal.aborted) throw toFailure(new GivenUp(), question, false)
    let left = false
    const late = this.#deadline(timeout, signal)
    try {
      const connection = await Promise.race([this.#connect(), late.passed])
      left = true
      return await Promise.race([connection.ask(commands), late.passed])
    } catch (reason) {
      // The answers that are owed would be taken for those of the next question.
      if (reason instanceof Late || reason instanceof GivenUp) this.#connection?.drop(reason)
      throw toFailure(reason, question, left)
    } finally {
      late.cancel()
    }
  }

  /** Resolves, with true, when the connection that was asked last is gone; at once when there is none. */
  async lost(): Promise<true> {
    await this.#connection?.closed
    return true
  }

  async #connect(): Promise<VtyConnection> {
    if (this.#connection?.alive === true) return this.#connection
    this.#opening ??= VtyConnection.open(this.#options.path).finally(() => (this.#opening = undefined))
    const connection = await this.#opening
    this.#connection = connection
    return connection
  }

  #deadline(ms: number, signal: AbortSignal): { readonly passed: Promise<never>; readonly cancel: () => void } {
    const { clock } = this.#options
    let cancel = (): void => {}
    const passed = new Promise<never>((_resolve, reject) => {
      const giveUp = (): void => reject(new GivenUp())
      let cancelLate = (): void => {}
      const cancelTimer = clock.timer(ms, () => {
        cancelLate = clock.afterIo(() => reject(new Late()))
      })
      signal.addEventListener('abort', giveUp)
      cancel = (): void => {
        cancelTimer()
        cancelLate()
        signal.removeEventListener('abort', giveUp)
      }
    })
    passed.catch(() => {})
    return { passed, cancel: () => cancel() }
  }
}
