import type { Client } from '../control/client.js'
import type { Entries } from './entries.js'
import { CliError } from './error.js'
import { exit } from './exit.js'
import type { Io } from './io.js'
import { socketsFor } from './socket.js'
import { style, type Style } from './text/style.js'
import { packageVersion } from './version.js'

/** The options that every command takes. */
export interface GlobalOptions {
  readonly config: string
  readonly socket: string | undefined
  readonly json: boolean
}

/** What a command works with. */
export interface Context {
  readonly entries: Entries
  readonly io: Io
  readonly options: GlobalOptions
  readonly style: Style
}

export function contextOf(io: Io, options: GlobalOptions, entries: Entries): Context {
  return { io, options, style: style(io.color), entries }
}

/** Prints a document for programs, `{"schema": 1, …}`. */
export function printDocument({ io }: Context, document: object): void {
  io.out(`${JSON.stringify({ schema: 1, ...document }, null, 2)}\n`)
}

/** Prints one object of a stream, on one line. */
export function printLine({ io }: Context, document: object): void {
  io.out(`${JSON.stringify({ schema: 1, ...document })}\n`)
}

/** Runs `work` over a connection to the daemon, and says so when it is of another version. */
export async function withDaemon<T>(
  context: Context,
  need: 'viewer' | 'operator',
  work: (client: Client, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const client = await connectAny(context, need)
  const interrupted = new AbortController()
  try {
    return await work(client, interrupted.signal)
  } finally {
    interrupted.abort()
    client.close()
    tellVersion(context, client.daemonVersion())
  }
}

/** Who may not use the control socket may still look through the read socket, when the configuration has one. */
async function connectAny({ options, io }: Context, need: 'viewer' | 'operator'): Promise<Client> {
  const [control, read] = await socketsFor(options, io.env)
  const { connectDaemon, ClientError } = await import('../control/client.js')
  try {
    return await connectDaemon(control)
  } catch (error) {
    const forbidden = error instanceof ClientError && error.code === 'not-permitted'
    if (!forbidden || need === 'operator' || read === null) throw error
    return connectDaemon(read)
  }
}

function tellVersion({ io }: Context, daemon: string | null): void {
  const own = packageVersion()
  if (daemon === null || daemon === own) return
  io.err(`vipcast: the daemon is version ${daemon} and this command ${own}: restart the daemon after an upgrade\n`)
}

/** A usage error. */
export function usageError(message: string, remedy: string): CliError {
  return new CliError(exit.usage, 'usage', message, remedy)
}
