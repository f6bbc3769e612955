import yargs, { type Argv } from 'yargs'
import { nearest } from '../config/nearest.js'
import { commandNames, commands } from './commands/index.js'
import { contextOf, usageError, type Context, type GlobalOptions } from './context.js'
import { configFrom } from './defaults.js'
import { daemonEntries, type Entries } from './entries.js'
import { asCliError, errorDocument, errorInWords, type CliError } from './error.js'
import { exit } from './exit.js'
import type { Io } from './io.js'
import { packageVersion } from './version.js'

/** What a command line asks for. */
export type Action = (context: Context) => Promise<number>

/** The options of every command, as the parser hands them over. */
type ParsedOptions = Omit<GlobalOptions, 'json'> & { readonly json: boolean | undefined }

/** Declares one command, with its options and examples; parsing it chooses an action. */
export type Declare = (cli: Argv<ParsedOptions>, choose: (action: Action) => void) => Argv<ParsedOptions>

/** Widest help text, however wide the terminal is. */
const widestHelp = 100

/** Parses a command line, runs what it asks for, prints errors, and returns the exit code. */
export async function execute(argv: readonly string[], io: Io, entries: Entries = daemonEntries): Promise<number> {
  try {
    const parsed = await parse(argv, io)
    if (parsed.kind === 'text') {
      io.out(`${parsed.text}\n`)
      return exit.done
    }
    return await parsed.action(contextOf(io, parsed.options, entries))
  } catch (thrown) {
    const error = asCliError(thrown)
    // Before the options are parsed nobody knows whether they hold --json.
    io.err(argv.includes('--json') ? errorDocument(error) : errorInWords(error))
    return error.exitCode
  }
}

type Parsed =
  | { readonly kind: 'action'; readonly action: Action; readonly options: GlobalOptions }
  /** Help or version was asked for. */
  | { readonly kind: 'text'; readonly text: string }

async function parse(argv: readonly string[], io: Io): Promise<Parsed> {
  let chosen: Action | null = null
  let failure: Error | null = null
  let text = ''
  const cli = globalOptions(io)
  for (const declare of commands) declare(cli, (action) => (chosen = action))
  const options = await cli.parseAsync([...argv], {}, (error: Error | null | undefined, { _: [command] }, output) => {
    failure = error ? usageFrom(error.message, String(command ?? '')) : null
    text = output
  })
  if (failure !== null) throw failure
  if (chosen !== null) return { kind: 'action', action: chosen, options: onceEach(options) }
  return { kind: 'text', text }
}

function globalOptions(io: Io): Argv<ParsedOptions> {
  return yargs()
    .scriptName('vipcast')
    .usage('$0 <command>\n\nWatches services and announces their virtual IPs through the routing daemon beside them.')
    .option('config', {
      type: 'string',
      requiresArg: true,
      default: configFrom(io.env),
      defaultDescription: 'VIPCAST_CONFIG, else /etc/vipcast/vipcast.yaml',
      describe: 'The configuration file',
    })
    .option('socket', {
      type: 'string',
      requiresArg: true,
      describe: "The daemon's socket",
      defaultDescription: 'VIPCAST_SOCKET, else control.socket of the configuration',
    })
    .option('json', { type: 'boolean', describe: 'Print documents for programs' })
    .version(packageVersion())
    .help()
    .locale('en')
    .strict()
    .strictCommands()
    .demandCommand(1, 'no command is given')
    .exitProcess(false)
    .showHelpOnFail(false)
    .wrap(Math.min(io.columns, widestHelp))
    .example('$0 validate', 'is the configuration right?')
    .example('$0 status --watch', 'what is announced, and what is not')
    .example('$0 explain resolver', 'why is it announced, or why not?')
    .epilogue('Exit codes: 0 done, 1 failed, 2 usage or configuration, 3 not as wished, 4 no daemon, 5 not permitted.')
}

/** An option that is given twice comes as a list; the last one counts, as with most programs. */
function onceEach({ config, socket, json }: ParsedOptions): GlobalOptions {
  const last = <T>(value: T): T => (Array.isArray(value) ? (value.at(-1) as T) : value)
  return { config: last(config), socket: last(socket), json: last(json) ?? false }
}

/** In our own words where yargs' words would mislead: it calls an argument too many an unknown command. */
function usageFrom(message: string, command: string): CliError {
  const [, what, name] = /^(Unknown command|Unknown argument): (\S+)/.exec(message) ?? []
  if (what === 'Unknown command' && name === command) {
    const meant = nearest(command, commandNames)
    return usageError(
      `there is no command ${JSON.stringify(command)}`,
      meant === undefined ? 'see `vipcast --help`' : `did you mean \`vipcast ${meant}\`?`,
    )
  }
  const help = commandNames.includes(command) ? `see \`vipcast ${command} --help\`` : 'see `vipcast --help`'
  if (what === 'Unknown command') return usageError(`${JSON.stringify(name)} is one argument too many`, help)
  if (what === 'Unknown argument') return usageError(`there is no option --${name}`, help)
  const said = message.split('\n')[0] ?? message
  return usageError(`${said.charAt(0).toLowerCase()}${said.slice(1)}`, help)
}
