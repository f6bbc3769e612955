import type { Prefix } from '../../../domain/address.js'
import type { ManagedSpeaker } from '../../../domain/config.js'
import type { TargetError } from '../../../domain/target.js'
import type { Clock } from '../../../platform/clock.js'
import type { ProcessRunner } from '../../../platform/process.js'

export interface ManagedSpeakerOptions {
  /** Name of the router in the configuration. */
  readonly name: string
  readonly speaker: ManagedSpeaker
  readonly pools: readonly Prefix[]
  /** Must exist, and be writable for nobody else: who can reach the socket in it can announce routes. */
  readonly runDir: string
  /**
   * Milliseconds that neighbors keep our routes when gobgpd goes without a word, with vipcast or alone (graceful
   * restart), rounded up to seconds; null: they drop them at once.
   */
  readonly keepRoutesFor: number | null
  readonly runner: ProcessRunner
  readonly clock: Clock
  /** 0 to 1, as Math.random. */
  readonly random: () => number
}

export type SpeakerEvent =
  | { readonly kind: 'started'; readonly version: string; readonly pid: number }
  /** A line of gobgpd's log that matters. */
  | { readonly kind: 'said'; readonly level: 'warn' | 'error'; readonly text: string }
  /** The session of an interface was left out until its neighbor is there. */
  | { readonly kind: 'left-out'; readonly interface: string; readonly error: TargetError }
  /** The session of an interface was added to the running gobgpd. */
  | { readonly kind: 'added'; readonly interface: string }
  /** It ended; it is started again in `retryIn` milliseconds. */
  | { readonly kind: 'exited'; readonly error: TargetError; readonly retryIn: number }
  /** It could not be started; it is tried again in `retryIn` milliseconds. */
  | { readonly kind: 'cannot-start'; readonly error: TargetError; readonly retryIn: number }

export type Report = (event: SpeakerEvent) => void

/** A gobgpd that is started, watched and ended by vipcast. */
export interface ManagedSpeakerProcess {
  /** Path of the Unix socket on which its API answers while it runs; there before it runs. */
  readonly socketPath: string
  /**
   * Keeps gobgpd running until the signal aborts; resolves when it is gone and its files are removed. Never rejects for
   * anything that gobgpd or the host does. However this process ends, gobgpd ends with it.
   */
  run(signal: AbortSignal, report: Report): Promise<void>
}
