import { timestampFromDate } from '@bufbuild/protobuf/wkt'
import type { MessageInitShape } from '@bufbuild/protobuf'
import type { DaemonSchema, RouterSchema, SessionSchema } from '../gen/vipcast/v1/status_pb.js'
import type { EventSchema } from '../gen/vipcast/v1/viewer_pb.js'
import type { DaemonEvent, RouterStatus, Snapshot } from '../domain/snapshot.js'
import type { Session } from '../domain/target.js'

/** Turns a time of the snapshot into one for people; null stays absent. */
export type ToTimestamp = (monotonic: number | null) => ReturnType<typeof timestampFromDate> | undefined

export function timestamps(snapshot: Pick<Snapshot, 'wallOf'>): ToTimestamp {
  return (monotonic) => (monotonic === null ? undefined : timestampFromDate(snapshot.wallOf(monotonic)))
}

export function viewDaemon(snapshot: Snapshot): MessageInitShape<typeof DaemonSchema> {
  const at = timestamps(snapshot)
  const { node, version, phase, config } = snapshot
  return {
    node,
    version,
    phase,
    startedAt: at(snapshot.startedAt),
    now: at(snapshot.now),
    config: { file: config.file, loadedAt: at(config.loadedAt), stale: config.stale ?? undefined },
    lastEvent: BigInt(snapshot.lastEvent),
  }
}

export function viewRouter(router: RouterStatus, at: ToTimestamp): MessageInitShape<typeof RouterSchema> {
  return {
    name: router.name,
    type: router.type,
    daemon: router.daemon ?? undefined,
    reachable: router.reachable,
    error: router.error ?? undefined,
    since: at(router.since),
    sessions: router.sessions.map(viewSession),
  }
}

function viewSession(session: Session): MessageInitShape<typeof SessionSchema> {
  const { neighbor, kind, state, established, families } = session
  return {
    neighbor,
    kind,
    state,
    established,
    transport: session.transport ?? undefined,
    families: [...families],
    routesSent: session.sent?.size,
  }
}

export function viewEvent(event: DaemonEvent): MessageInitShape<typeof EventSchema> {
  return {
    sequence: BigInt(event.sequence),
    at: timestampFromDate(event.at),
    kind: event.kind,
    vip: event.vip ?? undefined,
    address: event.address ?? undefined,
    router: event.router ?? undefined,
    check: event.check ?? undefined,
    reason: event.reason ?? undefined,
    text: event.text,
  }
}
