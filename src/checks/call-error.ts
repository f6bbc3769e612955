import type { GrpcMethodCall } from '../domain/config.js'

/** A call that does not fit its .proto file, with the key that is to blame. */
export class CallError extends Error {
  constructor(
    readonly key: Exclude<keyof GrpcMethodCall, 'kind'>,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}
