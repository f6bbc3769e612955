/** Why the control side could not open an endpoint: one sentence for a person, with its remedy. */
export class ControlError extends Error {
  override readonly name = 'ControlError'

  constructor(
    readonly code: 'socket-taken' | 'socket-blocked' | 'no-group' | 'not-permitted' | 'port-taken' | 'listen-failed',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}

/** The errno name of a failed system call, `EADDRINUSE`; undefined for other errors. */
export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
