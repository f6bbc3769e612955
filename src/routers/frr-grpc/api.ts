import { Code, ConnectError, createClient, type Client } from '@connectrpc/connect'
import { TargetError } from '../../domain/target.js'
import { CommitRequest_Phase, Encoding, GetRequest_DataType, Northbound } from '../../gen/frr/northbound_pb.js'
import { endpointText, openConnection, type Connection, type Endpoint } from '../common/grpc-connection.js'
import { CallFailed, toFailure, type CallContext } from './errors.js'
import { gatePaths, readGate, type Edit, type Gate } from './gate.js'

/** Milliseconds for a call that a healthy bgpd answers in a few. */
const shortTimeout = 2_000
/** Milliseconds for one that reads or writes a list of a thousand entries. */
const longTimeout = 5_000

/** The model that of FRR's daemons bgpd alone serves. */
const moduleOfBgpd = 'frr-bgp-route-map'

/** Makes the edits in one transaction; `doing` completes "could not …". Throws CallFailed. */
export type Commit = (edit: Edit, doing: string) => Promise<void>

/** The calls to the northbound of one bgpd over one connection: each with a deadline, its errors translated. */
export class Api {
  readonly #router: string
  readonly #endpoint: Endpoint
  readonly #connection: Connection
  readonly #client: Client<typeof Northbound>
  /** Whether a lock that is held may be one that we, or the life before, took and never gave back. */
  #mayHoldLock = true
  /** Whether it is known that bgpd answers: its siblings have prefix lists too. */
  #isBgpd = false

  constructor(router: string, endpoint: Endpoint) {
    this.#router = router
    this.#endpoint = endpoint
    this.#connection = openConnection(endpoint)
    this.#client = createClient(Northbound, this.#connection.transport)
  }

  /** Asks who answers; returns `bgpd 8.4.4`. Throws CallFailed. */
  async identify(signal: AbortSignal): Promise<string> {
    const doing = 'ask bgpd who it is'
    const who = await this.#call(doing, shortTimeout, signal, (client) => client.getCapabilities({}))
    this.#isBgpd = who.supportedModules.some(({ name }) => name === moduleOfBgpd)
    if (this.#isBgpd) return `bgpd ${who.frrVersion}`
    const message = `router ${this.#router}: what answers at ${endpointText(this.#endpoint)} is another daemon of FRR ${who.frrVersion}; write the address of bgpd, started with -M grpc:PORT`
    throw new CallFailed(new TargetError('unsupported', message), 'no', null)
  }

  /** Reads what is ours of its configuration. Throws CallFailed. */
  async readGate(signal: AbortSignal): Promise<Gate> {
    const doing = 'read its prefix lists'
    const request = { type: GetRequest_DataType.CONFIG, encoding: Encoding.JSON, path: gatePaths }
    const trees = await this.#call(doing, longTimeout, signal, async (client) => {
      const texts: string[] = []
      for await (const { data } of client.get(request)) texts.push(data?.data ?? '')
      return texts
    })
    try {
      return readGate(trees)
    } catch (reason) {
      throw toFailure(reason, this.#context(doing))
    }
  }

  /**
   * Holds the lock of its configuration while `work` runs, which may commit once: what is committed is a copy of all of it, and
   * would undo what somebody else changed since. Throws CallFailed.
   */
  async transaction(signal: AbortSignal, work: (gate: Gate, commit: Commit) => Promise<void>): Promise<void> {
    if (!this.#isBgpd) await notMade(this.identify(signal))
    await this.#lock(signal)
    this.#mayHoldLock = true
    const [gate, candidate] = await Promise.allSettled([this.readGate(signal), this.#createCandidate(signal)])
    try {
      if (gate.status === 'rejected') throw gate.reason
      if (candidate.status === 'rejected') throw candidate.reason
      await work(gate.value, (edit, doing) => this.#commit(candidate.value, edit, doing, signal))
    } finally {
      // Even for a caller that gave up. What fails here the next transaction finds: a lock, and whose it is.
      const dropped = candidate.status === 'fulfilled' ? this.#dropCandidate(candidate.value) : undefined
      await Promise.all([dropped?.catch(ignoreFailed), this.#unlock().catch(ignoreFailed)])
    }
  }

  async #createCandidate(signal: AbortSignal): Promise<number> {
    const created = this.#call('copy its configuration', longTimeout, signal, (client) => client.createCandidate({}))
    return (await notMade(created)).candidateId
  }

  async #commit(candidateId: number, { update, remove }: Edit, doing: string, signal: AbortSignal): Promise<void> {
    const edit = { candidateId, update: [...update], delete: remove.map((path) => ({ path })) }
    await notMade(this.#call(doing, longTimeout, signal, (client) => client.editCandidate(edit)))
    const request = { candidateId, phase: CommitRequest_Phase.ALL, comment: 'vipcast' }
    try {
      await this.#call(doing, longTimeout, signal, (client) => client.commit(request))
    } catch (failed) {
      // It holds all of it already.
      if (!(failed instanceof CallFailed) || failed.status !== Code.Aborted) throw failed
    }
  }

  /** Where it stays, bgpd keeps its copy as long as it lives. */
  async #dropCandidate(candidateId: number): Promise<void> {
    await this.#call('drop a copy of its configuration', shortTimeout, never, (client) =>
      client.deleteCandidate({ candidateId }),
    )
  }

  async #lock(signal: AbortSignal): Promise<void> {
    const take = (): Promise<unknown> =>
      this.#call('lock its configuration', shortTimeout, signal, (client) => client.lockConfig({}))
    try {
      await take()
    } catch (failed) {
      if (!(failed instanceof CallFailed)) throw failed
      if (failed.made === 'maybe') this.#mayHoldLock = true
      if (failed.status !== Code.FailedPrecondition || !this.#mayHoldLock) throw failed
      // The lock knows its owner as a client of the northbound, and no more. A person's is not given up by this.
      await this.#unlock().catch(ignoreFailed)
      await take()
    }
  }

  async #unlock(): Promise<void> {
    await this.#call('unlock its configuration', shortTimeout, never, (client) => client.unlockConfig({}))
    this.#mayHoldLock = false
  }

  /**
   * A call that has begun is never cancelled, neither by us nor with a deadline that bgpd is told of: FRR's northbound ends for
   * good when it can't deliver an answer (lib/northbound_grpc.cpp, grpc_pthread_start). So the signal counts before it alone.
   */
  async #call<T>(
    doing: string,
    timeout: number,
    signal: AbortSignal,
    call: (client: Client<typeof Northbound>) => Promise<T>,
  ): Promise<T> {
    const context = this.#context(doing)
    if (signal.aborted) throw toFailure(signal.reason, { ...context, aborted: true })
    const late = rejectAfter(timeout)
    try {
      return await Promise.race([call(this.#client), late.rejection])
    } catch (reason) {
      const failed = toFailure(reason, context)
      if (failed.made === 'maybe') this.#isBgpd = false
      if (failed.error.code === 'timeout') this.#connection.release()
      throw failed
    } finally {
      late.cancel()
    }
  }

  #context(doing: string): CallContext {
    return { router: this.#router, endpoint: endpointText(this.#endpoint), doing, aborted: false }
  }
}

function rejectAfter(timeout: number): { readonly rejection: Promise<never>; readonly cancel: () => void } {
  let timer: NodeJS.Timeout | undefined
  const rejection = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new ConnectError('nothing came', Code.DeadlineExceeded)), timeout)
  })
  return { rejection, cancel: () => clearTimeout(timer) }
}

const never = new AbortController().signal

/** For a call before the commit that was answered: whatever was refused, nothing came of it. */
async function notMade<T>(call: Promise<T>): Promise<T> {
  try {
    return await call
  } catch (failed) {
    throw failed instanceof CallFailed && failed.error.code !== 'timeout' ? withMade('no', failed) : failed
  }
}

function withMade(made: CallFailed['made'], { error, status }: CallFailed): CallFailed {
  return new CallFailed(error, made, status)
}

/** Cleaning up fails with the connection, as the call before it did, which is the one that says so. */
function ignoreFailed(failed: unknown): void {
  if (!(failed instanceof CallFailed)) throw failed
}
