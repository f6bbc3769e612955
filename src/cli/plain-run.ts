import { parseArgs } from 'node:util'
import { configFrom, type Environment } from './defaults.js'

/** The configuration file of a plain `vipcast run [--config FILE]`; null for every other command line. */
export function plainRun(argv: readonly string[], env: Environment): string | null {
  const [command, ...rest] = argv
  if (command !== 'run') return null
  try {
    const { values } = parseArgs({ args: rest, options: { config: { type: 'string' } } })
    return values.config ?? configFrom(env)
  } catch {
    // Not plain: the full parser finds out what it is, and says what is wrong with it.
    return null
  }
}
