import { hostPrefix, type Address } from '../../../domain/address.js'
import { TargetError } from '../../../domain/target.js'
import type { PoolSet } from '../../common/pool-set.js'
import { Gibberish, type Answer } from '../vty/answers.js'
import type { VtyClient } from '../vty/client.js'
import { toFailure, VtyFailed } from '../vty/errors.js'
import { enterInstance, showTable, type Instance } from './instance.js'
import { readConfiguration, type BgpConfiguration } from './running-config.js'

/** Milliseconds for what a healthy bgpd answers in one. */
export const shortTimeout = 2_000
/** Milliseconds for a list: the table of 10,000 host routes takes 0.2 s of an idle daemon. */
export const listTimeout = 20_000

/** The bgpd of a router over one connection, and what of it is ours. */
export class Bgpd {
  constructor(
    readonly vty: VtyClient,
    readonly instance: Instance,
    readonly pools: PoolSet,
  ) {}

  /** Throws VtyFailed. */
  ask(commands: readonly string[], doing: string, timeout: number, signal: AbortSignal): Promise<readonly Answer[]> {
    return this.vty.ask(commands, doing, timeout, signal)
  }

  showHost(address: Address): string {
    return showTable(this.instance, address.family, hostPrefix(address))
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

  readConfiguration({ text }: Answer): BgpConfiguration {
    return readConfiguration(text, this.instance, this.pools)
  }

  /** Throws VtyFailed when the answer of a table says that there is no such instance. */
  expectInstance({ status }: Answer, doing: string): void {
    if (status === 0) return
    const { vrf } = this.instance
    const { router, path } = this.vty.question(doing)
    const where = vrf === 'default' ? '' : ` for the VRF ${vrf}`
    const message = `router ${router}: bgpd at ${path} has no BGP configured${where}; give it \`${enterInstance(this.instance)}\``
    throw new VtyFailed(new TargetError('unreachable', message), 'no')
  }
}
