import type { ClientErrorCode } from '../control/client.js'
import { TargetError } from '../domain/target.js'
import { exit, type ExitCode } from './exit.js'

/** Ends a command: what a person, or with --json a program, is told, and the exit code. */
export class CliError extends Error {
  override readonly name = 'CliError'

  constructor(
    readonly exitCode: ExitCode,
    readonly code: string,
    message: string,
    readonly remedy: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}

/** The shape of a ClientError. Told by its name: importing its class would load the whole client for `--help`. */
interface ClientErrorLike extends Error {
  readonly code: ClientErrorCode
  readonly remedy: string
}

const exitCodes: Record<ClientErrorCode, ExitCode> = {
  'no-daemon': exit.noDaemon,
  'not-permitted': exit.notPermitted,
  'not-understood': exit.failed,
  timeout: exit.failed,
  disconnected: exit.failed,
  'unknown-vip': exit.usage,
  'not-manual': exit.usage,
  'not-override': exit.usage,
  'not-unique': exit.usage,
  'interface-taken': exit.failed,
  'unknown-interface': exit.usage,
  'invalid-config': exit.usage,
  busy: exit.failed,
  failed: exit.failed,
  usage: exit.usage,
}

/** Whatever a command threw, as an error that can be shown. */
export function asCliError(error: unknown): CliError {
  if (error instanceof CliError) return error
  if (isClientError(error)) {
    return new CliError(exitCodes[error.code], error.code, error.message, error.remedy, { cause: error })
  }
  if (error instanceof TargetError) {
    // Its message is a whole sentence, remedy included.
    const exitCode = error.code === 'not-permitted' ? exit.notPermitted : exit.failed
    return new CliError(exitCode, error.code, error.message, '', { cause: error })
  }
  if (error instanceof Error && error.name === 'AbortError') {
    return new CliError(exit.failed, 'interrupted', 'interrupted before it was done', 'run it again', { cause: error })
  }
  const message = error instanceof Error ? error.message : String(error)
  return new CliError(exit.failed, 'failed', message, 'this is a fault in vipcast: please report it', { cause: error })
}

function isClientError(error: unknown): error is ClientErrorLike {
  return error instanceof Error && error.name === 'ClientError'
}

/** For people: one sentence, or the lines of a list and a sentence below it. */
export function errorInWords({ message, remedy }: CliError): string {
  const said = message.trimEnd()
  if (remedy === '') return `vipcast: ${said}\n`
  if (said.includes('\n')) return `${said}\n${remedy}\n`
  // Remedies of the daemon and of the configuration are sentences of their own, those of this command are not.
  const sentence = /^[A-Z]/.test(remedy)
  return `vipcast: ${sentence ? said.replace(/\.?$/, '.') : `${said}:`} ${remedy}\n`
}

/** For programs. */
export function errorDocument({ code, message, remedy }: CliError): string {
  return `${JSON.stringify({ error: { code, message: message.trimEnd(), remedy } })}\n`
}
