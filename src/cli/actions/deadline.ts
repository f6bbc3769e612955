import { setTimeout } from 'node:timers/promises'
import type { ClientErrorCode } from '../../control/client.js'

/** Milliseconds between two looks. */
const lookEvery = 50

/** Milliseconds that a request gets at the least, however short the wait is. */
const answersWithin = 2_000

/** The time that a command with `--wait` has. */
export class Deadline {
  readonly #at: number

  constructor(milliseconds: number) {
    this.#at = performance.now() + milliseconds
  }

  get isOver(): boolean {
    return performance.now() >= this.#at
  }

  /** For a request to a daemon that may be frozen: aborted with `signal`, or when the time is over and an answer overdue. */
  signal(signal: AbortSignal): AbortSignal {
    const left = Math.max(answersWithin, Math.ceil(this.#at - performance.now()))
    return AbortSignal.any([signal, AbortSignal.timeout(left)])
  }

  /** Until the next look. */
  async pause(): Promise<void> {
    await setTimeout(lookEvery)
  }
}

/** Told by name and code: importing its class would load the whole client. */
export function isOneOf(error: unknown, codes: readonly ClientErrorCode[]): error is Error {
  if (!(error instanceof Error) || error.name !== 'ClientError' || !('code' in error)) return false
  const { code } = error
  return codes.some((each) => each === code)
}
