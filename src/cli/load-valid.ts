import { formatErrors, type ConfigError } from '../config/errors.js'
import { loadConfig } from '../config/load.js'
import type { Config } from '../domain/config.js'
import { CliError } from './error.js'
import { exit } from './exit.js'

/** The configuration, or an error that lists all that is wrong with it. */
export async function loadValid(file: string): Promise<Config> {
  const loaded = await loadConfig(file)
  if (loaded.kind === 'valid') return loaded.config
  throw invalidConfig(loaded.errors)
}

export function invalidConfig(
  errors: readonly ConfigError[],
  remedy = 'Correct the file; `vipcast validate` checks it.',
): CliError {
  return new CliError(exit.usage, 'invalid-config', formatErrors(errors), remedy)
}
