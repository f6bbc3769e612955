import { CliError } from '../error.js'
import type { Declare } from '../execute.js'
import { exit } from '../exit.js'

/** Commands that are announced and not there yet: an honest answer instead of an unknown command. */
const names = ['top', 'doctor', 'init'] as const

export const notBuilt: Declare = (cli, choose) =>
  names.reduce(
    (declared, name) =>
      declared.command(
        name,
        false,
        (options) => options.strict(false).strictCommands(false),
        () =>
          choose(() =>
            Promise.reject(
              new CliError(
                exit.usage,
                'not-built-yet',
                `\`${name}\` is not built yet`,
                '`vipcast --help` lists the commands that are',
              ),
            ),
          ),
      ),
    cli,
  )
