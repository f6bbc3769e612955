import type { Answer } from '../vty/answers.js'
import { Gibberish } from '../vty/answers.js'
import type { VtyClient } from '../vty/client.js'
import { toFailure, VtyFailed } from '../vty/errors.js'
import type { PoolSet } from '../../common/pool-set.js'
import { TargetError } from '../../../domain/target.js'
import type { Place } from './obstacle.js'
import { readConfiguration, type OspfConfiguration } from './running-config.js'

/** Milliseconds for what a healthy daemon answers in one. */
export const shortTimeout = 2_000
/** Milliseconds for lists, and for the changes of one batch: of 200 addresses they take a second. */
export const listTimeout = 20_000

/** One OSPF daemon of a router over one connection, and what of it is ours. */
export class OspfDaemon {
  constructor(
    readonly vty: VtyClient,
    readonly place: Place,
    readonly pools: PoolSet,
  ) {}

  /** Throws VtyFailed. */
  ask(commands: readonly string[], doing: string, timeout: number, signal: AbortSignal): Promise<readonly Answer[]> {
    return this.vty.ask(commands, doing, timeout, signal)
  }

  /** Its configuration, and the answers to more questions of the same look. Throws VtyFailed, without an instance too. */
  async look(
    more: readonly string[],
    doing: string,
    signal: AbortSignal,
  ): Promise<readonly [OspfConfiguration, ...Answer[]]> {
    const timeout = more.length === 0 ? shortTimeout : listTimeout
    const [configured, ...answers] = await this.ask(['show running-config', ...more], doing, timeout, signal)
    const { dialect, router } = this.place
    const configuration = readConfiguration(configured?.text ?? '', dialect, this.pools)
    if (configuration.exists) return [configuration, ...answers]
    const { path } = this.vty.question(doing)
    const message = `router ${router}: ${dialect.daemon} at ${path} has no OSPF configured; give it \`${dialect.instance}\``
    throw new VtyFailed(new TargetError('unreachable', message), 'no')
  }

  /** Reads answers; what makes no sense becomes an error of this daemon. Throws VtyFailed. */
  read<T>(doing: string, reading: () => T): T {
    try {
      return reading()
    } catch (error) {
      if (!(error instanceof Gibberish)) throw error
      throw toFailure(error, this.vty.question(doing), true)
    }
  }
}
