import { hostname } from 'node:os'

import { formatErrors, type ConfigError } from '../../config/errors.js'
import { loadConfig } from '../../config/load.js'
import type { Environment } from '../../config/read/file.js'
import type { Config } from '../../domain/config.js'
import { detectionTimes, type DetectionTime } from '../../domain/detection.js'
import { printDocument, type Context } from '../context.js'
import { exit } from '../exit.js'
import { invalidConfig } from '../load-valid.js'
import { attributeReach } from '../text/reach.js'
import { validText } from '../text/validate.js'

/** Says all that is wrong with a file, or what follows from it. */
export async function validate(context: Context, file: string): Promise<number> {
  const { io, options, style } = context
  const inspect: Environment['inspect'] = async (probe) => (await context.entries.inspect()).inspectProbe(probe)
  const loaded = await loadConfig(file, { hostname: hostname(), inspect })
  if (loaded.kind === 'invalid') {
    if (options.json)
      printDocument(context, { file, valid: false, errors: loaded.errors, warnings: [], vips: [], neighbors: [] })
    else io.err(formatErrors(loaded.errors))
    if (options.json) throw invalidConfig(loaded.errors)
    return exit.usage
  }
  if (options.json) printDocument(context, validDocument(loaded.config, loaded.warnings))
  else io.out(validText(loaded.config, loaded.warnings, io.columns, style))
  return exit.done
}

function validDocument(config: Config, warnings: readonly ConfigError[]): object {
  return {
    file: config.file,
    valid: true,
    errors: [],
    warnings,
    vips: config.vips.map((vip) => {
      const { refused, hung } = detectionTimes(vip)
      return { name: vip.name, detection: { refused: detectionDocument(refused), hung: detectionDocument(hung) } }
    }),
    neighbors: attributeReach(config),
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
