import { hostname, networkInterfaces } from 'node:os'

import { formatErrors, type ConfigError } from '../../config/errors.js'
import { loadConfig } from '../../config/load.js'
import type { Environment } from '../../config/read/file.js'
import type { Config } from '../../domain/config.js'
import { detectionTimes, type DetectionTime, type Watching } from '../../domain/detection.js'
import { printDocument, type Context } from '../context.js'
import { exit } from '../exit.js'
import { invalidConfig } from '../load-valid.js'
import { deadMen } from '../text/dead-man.js'
import { attributeReach } from '../text/reach.js'
import { validText } from '../text/validate.js'

/** Says all that is wrong with a file, or what follows from it. */
export async function validate(context: Context, file: string): Promise<number> {
  const { io, options, style } = context
  const inspect: Environment['inspect'] = async (probe) => (await context.entries.inspect()).inspectProbe(probe)
  const loaded = await loadConfig(file, { hostname: hostname(), inspect })
  if (loaded.kind === 'invalid') {
    if (options.json)
      printDocument(context, {
        file,
        valid: false,
        errors: loaded.errors,
        warnings: [],
        vips: [],
        neighbors: [],
        deadMan: [],
      })
    else io.err(formatErrors(loaded.errors))
    if (options.json) throw invalidConfig(loaded.errors)
    return exit.usage
  }
  const watching = watchingOn(loaded.config)
  if (options.json) printDocument(context, validDocument(loaded.config, loaded.warnings, watching))
  else io.out(validText(loaded.config, loaded.warnings, watching, io.columns, style))
  return exit.done
}

/** As on this host, which need not be the one that the file is for. */
function watchingOn({ tripwires, vips }: Config): Watching {
  const vipAddresses = vips.flatMap(({ addresses }) => addresses.map(({ text }) => text))
  const ownAddresses = Object.values(networkInterfaces()).flatMap((on) => on?.map(({ address }) => address) ?? [])
  const own = new Set([...vipAddresses, ...ownAddresses])
  return { tripwires: tripwires.enabled, isOwn: (address) => own.has(address) }
}

function validDocument(config: Config, warnings: readonly ConfigError[], watching: Watching): object {
  return {
    file: config.file,
    valid: true,
    errors: [],
    warnings,
    vips: config.vips.map((vip) => {
      const { refused, unarmed, suspended, hung } = detectionTimes(vip, watching)
      return {
        name: vip.name,
        detection: {
          refused: detectionDocument(refused),
          unarmed: detectionDocument(unarmed),
          suspended: detectionDocument(suspended),
          hung: detectionDocument(hung),
        },
      }
    }),
    neighbors: attributeReach(config),
    deadMan: deadMen(config).map((man) => ({ ...man, bound: man.bound === null ? null : seconds(man.bound) })),
  }
}

/** In seconds; null: never. */
function detectionDocument(time: DetectionTime): object {
  return time.kind === 'detected'
    ? { mean: seconds(time.mean), worst: seconds(time.worst), blind: [] }
    : { mean: null, worst: null, blind: time.blind }
}

function seconds(milliseconds: number): number {
  return Math.round(milliseconds) / 1000
}
