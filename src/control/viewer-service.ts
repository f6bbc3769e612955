import type { MessageInitShape } from '@bufbuild/protobuf'
import { Code, ConnectError, type HandlerContext, type ServiceImpl } from '@connectrpc/connect'
import type { DaemonPort, Snapshot } from '../domain/snapshot.js'
import { TargetError } from '../domain/target.js'
import type {
  CountConnectionsRequest,
  CountConnectionsResponseSchema,
  EventSchema,
  GetStatusRequest,
  GetStatusResponseSchema,
  GetVipRequest,
  GetVipResponseSchema,
  ListEventsRequest,
  Viewer,
} from '../gen/vipcast/v1/viewer_pb.js'
import { refusal } from './refusal.js'
import { timestamps, viewDaemon, viewEvent, viewRouter } from './view.js'
import { viewSources } from './source-view.js'
import { viewVip } from './vip-view.js'

/** VIPs in one page: making and encoding them takes less than the 5 ms for which nothing may hold the event loop. */
const largestPage = 25

/** Serves what anybody may see who can reach the endpoint. */
export function viewerService(port: DaemonPort): ServiceImpl<typeof Viewer> {
  return {
    getVersion: () => {
      const { version, node } = port.snapshot()
      return { version, node }
    },
    getStatus: (request) => statusPage(port.snapshot(), request),
    getVip: (request) => oneVip(port.snapshot(), request),
    getSources: () => viewSources(port.snapshot().sources),
    countConnections: (request, context) => connections(port, request, context),
    listEvents: (request, context) => events(port, request, context),
  }
}

function statusPage(
  snapshot: Snapshot,
  { page, pageSize }: GetStatusRequest,
): MessageInitShape<typeof GetStatusResponseSchema> {
  const at = timestamps(snapshot)
  const size = Math.min(pageSize === 0 ? largestPage : pageSize, largestPage)
  // By name: a position would shift when a reload adds or removes VIPs between two pages.
  const rest = snapshot.vipNames.filter((name) => name > page).sort()
  const names = rest.slice(0, size)
  const vips = names.flatMap((name) => snapshot.vip(name) ?? [])
  return {
    daemon: viewDaemon(snapshot),
    routers: snapshot.routers.map((router) => viewRouter(router, at)),
    vips: vips.map((vip) => viewVip(vip, snapshot.now, at)),
    nextPage: rest.length > size ? (names.at(-1) ?? '') : '',
  }
}

function oneVip(snapshot: Snapshot, { name }: GetVipRequest): MessageInitShape<typeof GetVipResponseSchema> {
  const vip = snapshot.vip(name)
  if (vip === null) throw noSuchVip(name)
  const at = timestamps(snapshot)
  const used = new Set(vip.addresses.flatMap(({ routes }) => routes.map(({ router }) => router)))
  return {
    daemon: viewDaemon(snapshot),
    vip: viewVip(vip, snapshot.now, at),
    routers: snapshot.routers.filter(({ name }) => used.has(name)).map((router) => viewRouter(router, at)),
  }
}

async function connections(
  port: DaemonPort,
  { vip }: CountConnectionsRequest,
  { signal }: HandlerContext,
): Promise<MessageInitShape<typeof CountConnectionsResponseSchema>> {
  const established = await counted(() => port.connections(vip, signal))
  if (established === null) throw noSuchVip(vip)
  return { established: BigInt(established) }
}

async function counted(count: () => Promise<number | null>): Promise<number | null> {
  try {
    return await count()
  } catch (error) {
    if (!(error instanceof TargetError)) throw error
    throw refusal({ code: 'failed', message: error.message, remedy: 'ask again' })
  }
}

function noSuchVip(name: string): ConnectError {
  return refusal({
    code: 'unknown-vip',
    message: `the daemon has no VIP named ${JSON.stringify(name)}`,
    remedy: '`vipcast status` lists those it has',
  })
}

async function* events(
  port: DaemonPort,
  { after, follow }: ListEventsRequest,
  { signal }: HandlerContext,
): AsyncGenerator<MessageInitShape<typeof EventSchema>, void, undefined> {
  if (after > BigInt(Number.MAX_SAFE_INTEGER)) throw new ConnectError('no event has that sequence', Code.OutOfRange)
  const last = follow ? Infinity : port.snapshot().lastEvent
  if (Number(after) >= last) return
  const listening = new AbortController()
  const stop = (): void => listening.abort()
  signal.addEventListener('abort', stop)
  if (signal.aborted) stop()
  try {
    for await (const event of port.changes(Number(after), listening.signal)) {
      yield viewEvent(event)
      if (event.sequence >= last) return
    }
  } finally {
    signal.removeEventListener('abort', stop)
    stop()
  }
}
