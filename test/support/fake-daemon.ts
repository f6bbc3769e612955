import { EventEmitter, once } from 'node:events'
import type {
  DaemonEvent,
  DaemonPort,
  OperatorAnswer,
  OperatorRequest,
  RouterStatus,
  Snapshot,
  SourcesStatus,
  VipStatus,
} from '../../src/domain/snapshot.js'

/** What a fake daemon shows; tests change it between two calls. */
export interface FakeWorld {
  version: string
  phase: Snapshot['phase']
  stale: string | null
  routers: readonly RouterStatus[]
  vips: readonly VipStatus[]
  sources: SourcesStatus
  answer: OperatorAnswer
  connections: number
}

/** The fake's monotonic clock stands still here, in milliseconds, and its wall clock at `wallNow`. */
export const now = 1_000_000
export const wallNow = new Date('2026-03-14T09:26:53.000Z')

/** A daemon that shows a world, keeps events, and writes down what it is asked. */
export class FakeDaemon implements DaemonPort {
  readonly requests: OperatorRequest[] = []
  readonly #events: DaemonEvent[] = []
  readonly #happened = new EventEmitter()
  /** Followers that are being served. */
  followers = 0

  constructor(readonly world: FakeWorld) {
    this.#happened.setMaxListeners(0)
  }

  snapshot(): Snapshot {
    const { world } = this
    const vips = new Map(world.vips.map((vip) => [vip.name, vip]))
    return {
      node: 'web-a',
      version: world.version,
      phase: world.phase,
      now,
      startedAt: now - 3_723_000,
      config: { file: '/etc/vipcast/vipcast.yaml', loadedAt: now - 600_000, stale: world.stale },
      routers: world.routers,
      sources: world.sources,
      vipNames: [...vips.keys()],
      lastEvent: this.#events.at(-1)?.sequence ?? 0,
      vip: (name) => vips.get(name) ?? null,
      wallOf: (monotonic) => new Date(wallNow.getTime() + monotonic - now),
    }
  }

  async *changes(after: number, signal: AbortSignal): AsyncGenerator<DaemonEvent, void, undefined> {
    this.followers += 1
    try {
      for (let at = after; ;) {
        const next = this.#events.filter((event) => event.sequence > at)
        for (const event of next) {
          yield event
          at = event.sequence
        }
        if (next.length === 0) await once(this.#happened, 'event', { signal })
      }
    } catch (error) {
      if (!signal.aborted) throw error
    } finally {
      this.followers -= 1
    }
  }

  connections(): Promise<number> {
    return Promise.resolve(this.world.connections)
  }

  request(request: OperatorRequest): Promise<OperatorAnswer> {
    this.requests.push(request)
    return Promise.resolve(this.world.answer)
  }

  /** Something happens: `secondsAgo` before the fake's now. */
  emit(secondsAgo: number, event: Partial<DaemonEvent> & Pick<DaemonEvent, 'kind' | 'text'>): void {
    this.#events.push({
      sequence: (this.#events.at(-1)?.sequence ?? 0) + 1,
      at: new Date(wallNow.getTime() - secondsAgo * 1000),
      vip: null,
      address: null,
      router: null,
      check: null,
      reason: null,
      ...event,
    })
    this.#happened.emit('event')
  }
}
