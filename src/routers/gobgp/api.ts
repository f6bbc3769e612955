import { Code, ConnectError, createClient, type CallOptions, type Client } from '@connectrpc/connect'
import { TargetError } from '../../domain/target.js'
import type { GetBgpResponse, Global } from '../../gen/gobgp/messages_pb.js'
import type { GobgpApi } from '../../gen/gobgp/service3_pb.js'
import { endpointText, openConnection, type Connection, type Endpoint } from '../common/grpc-connection.js'
import { toFailure, type Failure } from './errors.js'
import { generation3, generation4, type Generation } from './generation.js'

/** Whoever answers at the endpoint. */
export interface Speaker {
  readonly generation: Generation
  /** Its own AS. */
  readonly asn: number
  readonly client: Client<typeof GobgpApi>
}

/** A call that failed, with what can have become of it. Only `Api` makes it; nothing outside this folder sees it. */
export class CallFailed extends Error {
  override readonly name = 'CallFailed'

  constructor(readonly failure: Failure) {
    super(failure.error.message, { cause: failure.error })
  }
}

/** What a call does once it is known who answers. It passes `options` to the one method that it calls. */
export type Call<T> = (speaker: Speaker, options: CallOptions) => Promise<T>

/** The calls to one gobgpd over one connection: each with a deadline, its errors translated. */
export class Api {
  readonly #router: string
  readonly #endpoint: Endpoint
  readonly #connection: Connection
  #speaker: Speaker | undefined

  constructor(router: string, endpoint: Endpoint) {
    this.#router = router
    this.#endpoint = endpoint
    this.#connection = openConnection(endpoint)
  }

  /** Throws CallFailed. `doing` completes "could not …"; `timeout` in milliseconds is for the call alone. */
  async call<T>(doing: string, timeout: number, signal: AbortSignal, call: Call<T>): Promise<T> {
    const known = this.#speaker
    const speaker = known ?? (await this.#identifyFirst(doing, signal))
    try {
      return await this.#attempt(doing, timeout, signal, (options) => call(speaker, options))
    } catch (error) {
      // Another release was started in its place.
      if (known === undefined || !(error instanceof CallFailed) || !error.failure.unimplemented) throw error
      const successor = await this.#identifyFirst(doing, signal)
      return await this.#attempt(doing, timeout, signal, (options) => call(successor, options))
    }
  }

  /** For a call that has not left yet: whatever goes wrong here, nothing came of it. */
  async #identifyFirst(doing: string, signal: AbortSignal): Promise<Speaker> {
    try {
      return await this.identify(signal, doing)
    } catch (error) {
      throw error instanceof CallFailed ? new CallFailed({ ...error.failure, made: 'no' }) : error
    }
  }

  /** The messages of a stream without end, of which the first must come within `first` ms. Throws CallFailed at its end. */
  async *follow<T>(
    doing: string,
    first: number,
    signal: AbortSignal,
    open: (speaker: Speaker, options: CallOptions) => AsyncIterable<T>,
  ): AsyncIterable<{ readonly speaker: Speaker; readonly message: T }> {
    const speaker = this.#speaker ?? (await this.#identifyFirst(doing, signal))
    const late = new AbortController()
    const timer = setTimeout(() => late.abort(new ConnectError('nothing came', Code.DeadlineExceeded)), first)
    try {
      for await (const message of open(speaker, { signal: AbortSignal.any([signal, late.signal]) })) {
        clearTimeout(timer)
        yield { speaker, message }
      }
    } catch (reason) {
      throw this.#failed(reason, doing, signal)
    } finally {
      clearTimeout(timer)
      // The library ends no stream whose reader leaves.
      late.abort()
    }
    throw this.#failed(new ConnectError('the stream ended', Code.Unavailable), doing, signal)
  }

  /** Asks who answers, even if that is known: a restarted gobgpd may be another one. Throws CallFailed. */
  async identify(signal: AbortSignal, doing = 'ask gobgpd who it is'): Promise<Speaker> {
    const likely = this.#speaker?.generation === generation4 ? [generation4, generation3] : [generation3, generation4]
    for (const generation of likely) {
      // The generated types of the two services differ in their names alone.
      const client = createClient(generation.service as typeof GobgpApi, this.#connection.transport)
      const global = await this.#askGlobal(client, doing, signal)
      if (global === 'unimplemented') continue
      if (global === undefined || global.asn === 0) throw new CallFailed(this.#notStarted())
      this.#speaker = { generation, asn: global.asn, client }
      return this.#speaker
    }
    throw new CallFailed(this.#notGobgp())
  }

  async #askGlobal(
    client: Speaker['client'],
    doing: string,
    signal: AbortSignal,
  ): Promise<Global | 'unimplemented' | undefined> {
    try {
      const ask = (options: CallOptions): Promise<GetBgpResponse> => client.getBgp({}, options)
      return (await this.#attempt(doing, unaryTimeout, signal, ask)).global
    } catch (error) {
      if (error instanceof CallFailed && error.failure.unimplemented) return 'unimplemented'
      throw error
    }
  }

  async #attempt<T>(
    doing: string,
    timeoutMs: number,
    signal: AbortSignal,
    attempt: (options: CallOptions) => Promise<T>,
  ): Promise<T> {
    // Nothing has left yet, so nothing can have come of it.
    if (signal.aborted) throw new CallFailed({ ...this.#failed(signal.reason, doing, signal).failure, made: 'no' })
    try {
      return await attempt({ timeoutMs, signal })
    } catch (reason) {
      throw this.#failed(reason, doing, signal)
    }
  }

  #failed(reason: unknown, doing: string, signal: AbortSignal): CallFailed {
    const endpoint = endpointText(this.#endpoint)
    const failure = toFailure(reason, { router: this.#router, endpoint, doing, aborted: signal.aborted })
    // A connection that went silent may be half dead; the next call must not wait for it.
    if (failure.error.code === 'timeout' && !signal.aborted) this.#connection.drop()
    if (failure.made === 'maybe' || failure.unimplemented) this.#speaker = undefined
    return new CallFailed(failure)
  }

  #notStarted(): Failure {
    const where = `router ${this.#router}: gobgpd at ${endpointText(this.#endpoint)}`
    const error = new TargetError('unreachable', `${where} has no BGP configured; give it an ASN and a router id`)
    return { error, made: 'no', unimplemented: false }
  }

  #notGobgp(): Failure {
    const where = `router ${this.#router}: what answers at ${endpointText(this.#endpoint)}`
    const message = `${where} has neither the API of GoBGP 3 nor of GoBGP 4; correct the address of the router`
    return { error: new TargetError('nonsense', message), made: 'no', unimplemented: false }
  }
}

/** Milliseconds for a call that a healthy gobgpd answers in one. */
export const unaryTimeout = 2_000
