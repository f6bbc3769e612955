import { create } from '@bufbuild/protobuf'
import { connect as connectSocket, type Socket } from 'node:net'
import { once } from 'node:events'
import { createClient, type Client as CallsOf, type Interceptor, type Transport } from '@connectrpc/connect'
import { createConnectTransport, Http2SessionManager } from '@connectrpc/connect-node'
import { Operator } from '../gen/vipcast/v1/operator_pb.js'
import {
  EventSchema,
  GetSourcesResponseSchema,
  GetVipResponseSchema,
  Viewer,
  type Event,
  type GetSourcesResponse,
  type GetVipResponse,
} from '../gen/vipcast/v1/viewer_pb.js'
import {
  AttributesSchema,
  DaemonSchema,
  LearnedRouteSchema,
  RouterSchema,
  VipSchema,
  type Attributes,
  type Daemon,
  type LearnedRoute as LearnedRouteMessage,
  type Router,
  type Vip,
} from '../gen/vipcast/v1/status_pb.js'
import type { FittedAttributes } from '../domain/attributes.js'
import type { LearnedRoute } from '../domain/learned.js'
import { viewAttributes } from './attributes-view.js'
import { callFailed, commandFailed, connectFailed } from './client-error.js'
import { toDocument, type Document } from './document.js'
import { viewLearned } from './vip-view.js'
import { versionHeader } from './version-header.js'

export { ClientError, type ClientErrorCode } from './client-error.js'

export type DaemonDocument = Document<Daemon>
export type RouterDocument = Document<Router>
export type VipDocument = Document<Vip>
export type EventDocument = Document<Event>
export type SourcesDocument = Document<GetSourcesResponse>
export type ExplainDocument = Document<GetVipResponse>

export type LearnedDocument = Document<LearnedRouteMessage>
export type AttributesDocument = Document<Attributes>

export interface StatusDocument {
  readonly daemon: DaemonDocument
  readonly routers: readonly RouterDocument[]
  readonly vips: readonly VipDocument[]
}

export interface Done {
  /** What was done, in one sentence. */
  readonly text: string
}

/** A connection to a daemon. Every call throws ClientError. */
export interface Client {
  /** What the daemon said its version is; null before its first answer. */
  daemonVersion(): string | null
  status(signal: AbortSignal): Promise<StatusDocument>
  vip(name: string, signal: AbortSignal): Promise<ExplainDocument>
  sources(signal: AbortSignal): Promise<SourcesDocument>
  events(request: { after: number; follow: boolean }, signal: AbortSignal): AsyncIterable<EventDocument>
  disable(vips: readonly string[] | 'all', signal: AbortSignal): Promise<Done>
  enable(vips: readonly string[] | 'all', signal: AbortSignal): Promise<Done>
  /** `seconds` after which it ends by itself; null: not. */
  drain(vips: readonly string[] | 'all', seconds: number | null, signal: AbortSignal): Promise<Done>
  undrain(vips: readonly string[] | 'all', signal: AbortSignal): Promise<Done>
  claim(vip: string, signal: AbortSignal): Promise<Done>
  release(vip: string, signal: AbortSignal): Promise<Done>
  rearm(vip: string, signal: AbortSignal): Promise<Done>
  moveSource(word: 'add' | 'remove', vip: string, device: string, signal: AbortSignal): Promise<Done>
  /** Of one interface; null: of all. */
  switchSource(word: 'enable' | 'disable', device: string | null, signal: AbortSignal): Promise<Done>
  /** How many TCP connections to the VIP are established. */
  connections(vip: string, signal: AbortSignal): Promise<number>
  reload(signal: AbortSignal): Promise<Done>
  withdrawAll(signal: AbortSignal): Promise<Done>
  close(): void
}

/** Milliseconds after which a question counts as unanswered, and a command: that one waits for routers. */
const questionDeadline = 5_000
const commandDeadline = 30_000

/** Connects to the daemon's Unix socket; throws ClientError when nobody listens or this user may not. */
export async function connectDaemon(path: string): Promise<Client> {
  const first = await openSocket(path)
  let version: string | null = null
  const noteVersion: Interceptor = (next) => async (request) => {
    const response = await next(request)
    version = response.header.get(versionHeader) ?? version
    return response
  }
  const { transport, close } = transportOver(path, first, noteVersion)
  return { ...views(path, transport), ...commands(path, transport), daemonVersion: () => version, close }
}

/** Connecting by hand first tells a missing daemon from a forbidden one, which the transport would report alike. */
async function openSocket(path: string): Promise<Socket> {
  const socket = connectSocket(path)
  try {
    await once(socket, 'connect')
    return socket
  } catch (cause) {
    throw connectFailed(path, cause)
  }
}

function transportOver(
  path: string,
  first: Socket,
  noteVersion: Interceptor,
): { transport: Transport; close: () => void } {
  let unused: Socket | null = first
  const sessionManager = new Http2SessionManager(
    'http://vipcast',
    {},
    {
      createConnection: () => {
        const socket = unused ?? connectSocket(path)
        unused = null
        return socket
      },
    },
  )
  const transport = createConnectTransport({
    baseUrl: 'http://vipcast',
    httpVersion: '2',
    sessionManager,
    interceptors: [noteVersion],
    acceptCompression: [],
    defaultTimeoutMs: questionDeadline,
  })
  const close = (): void => {
    sessionManager.abort()
    unused?.destroy()
  }
  return { transport, close }
}

/** What looks and changes nothing. */
type Views = 'status' | 'vip' | 'sources' | 'connections' | 'events'

function views(path: string, transport: Transport): Pick<Client, Views> {
  const viewer = createClient(Viewer, transport)
  return {
    status: (signal) => asked(path, () => wholeStatus(viewer, signal)),
    vip: (name, signal) =>
      asked(path, async () => toDocument(GetVipResponseSchema, await viewer.getVip({ name }, { signal }))),
    sources: (signal) =>
      asked(path, async () => toDocument(GetSourcesResponseSchema, await viewer.getSources({}, { signal }))),
    connections: (vip, signal) =>
      asked(path, async () => Number((await viewer.countConnections({ vip }, { signal })).established)),
    events: async function* ({ after, follow }, signal) {
      try {
        // A follower waits as long as nothing happens: no deadline.
        const stream = viewer.listEvents({ after: BigInt(after), follow }, { signal, timeoutMs: 0 })
        for await (const event of stream) yield toDocument(EventSchema, event)
      } catch (error) {
        if (!signal.aborted) throw callFailed(path, error)
      }
    },
  }
}

async function wholeStatus(viewer: CallsOf<typeof Viewer>, signal: AbortSignal): Promise<StatusDocument> {
  const vips: VipDocument[] = []
  let page = ''
  for (;;) {
    const answer = await viewer.getStatus({ page }, { signal })
    vips.push(...answer.vips.map((vip) => toDocument(VipSchema, vip)))
    page = answer.nextPage
    if (page !== '') continue
    if (answer.daemon === undefined) throw new Error('the answer lacks the daemon')
    return {
      daemon: toDocument(DaemonSchema, answer.daemon),
      routers: answer.routers.map((router) => toDocument(RouterSchema, router)),
      vips,
    }
  }
}

type Commands = Omit<Client, Views | 'daemonVersion' | 'close'>

function commands(path: string, transport: Transport): Commands {
  const operator = createClient(Operator, transport)
  const options = (signal: AbortSignal): { signal: AbortSignal; timeoutMs: number } => ({
    signal,
    timeoutMs: commandDeadline,
  })
  const ask = async (call: () => Promise<Done>): Promise<Done> => {
    try {
      return { text: (await call()).text }
    } catch (error) {
      throw commandFailed(path, error)
    }
  }
  return {
    disable: (vips, signal) => ask(() => operator.disable(chosen(vips), options(signal))),
    enable: (vips, signal) => ask(() => operator.enable(chosen(vips), options(signal))),
    drain: (vips, seconds, signal) =>
      ask(() => operator.drain({ ...chosen(vips), ...(seconds !== null && { duration: seconds }) }, options(signal))),
    undrain: (vips, signal) => ask(() => operator.undrain(chosen(vips), options(signal))),
    claim: (vip, signal) => ask(() => operator.claim({ vip }, options(signal))),
    release: (vip, signal) => ask(() => operator.release({ vip }, options(signal))),
    rearm: (vip, signal) => ask(() => operator.rearm({ vip }, options(signal))),
    moveSource: (word, vip, device, signal) =>
      ask(() => operator[`${word}Source`]({ vip, interface: device }, options(signal))),
    switchSource: (word, device, signal) =>
      ask(() => operator[`${word}Source`](device === null ? {} : { interface: device }, options(signal))),
    reload: (signal) => ask(() => operator.reload({}, options(signal))),
    withdrawAll: (signal) => ask(() => operator.withdrawAll({}, options(signal))),
  }
}

function chosen(vips: readonly string[] | 'all'): { vips: string[]; all: boolean } {
  return vips === 'all' ? { vips: [], all: true } : { vips: [...vips], all: false }
}

async function asked<T>(path: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    throw callFailed(path, error)
  }
}

/** A route around a VIP as the daemon's documents have it, for what is told without a daemon. */
export function learnedDocument(route: LearnedRoute): LearnedDocument {
  return toDocument(LearnedRouteSchema, create(LearnedRouteSchema, viewLearned(route)))
}

/** Attributes as the daemon's documents have them, for what is told without a daemon. */
export function attributesDocument(attributes: FittedAttributes): AttributesDocument {
  return toDocument(AttributesSchema, create(AttributesSchema, viewAttributes(attributes)))
}
