import type { Address } from './address.js'
import type { FittedAttributes } from './attributes.js'
import type { CheckState } from './check-verdict.js'
import type { CheckConfig, RouterConfig, VipConfig, VipMode } from './config.js'
import type { LearnedRoute } from './learned.js'
import type { Reason } from './reason.js'
import type { Request } from './request.js'
import type { TripwireStatus } from './tripwire.js'
import type { SourceState } from './source.js'
import type { Session } from './target.js'
import type { KeptRoute } from './twins.js'
import type { Verdict } from './vote.js'

/**
 * What the daemon knows at one moment, for status, explain, metrics and the API. Times are on the monotonic clock;
 * `wallOf` turns them into times for people.
 */
export interface Snapshot {
  readonly node: string
  readonly version: string
  readonly phase: 'starting' | 'running' | 'stopping'
  readonly now: number
  readonly startedAt: number
  readonly config: ConfigStatus
  readonly routers: readonly RouterStatus[]
  readonly vipNames: readonly string[]
  /** What connections of this host leave with that choose no source. */
  readonly sources: SourcesStatus
  /** Sequence of the newest event; 0 before the first. */
  readonly lastEvent: number
  /** One VIP, made when asked for: with thousands, making all at once would hold the loop. Null: no such VIP. */
  vip(name: string): VipStatus | null
  wallOf(monotonic: number): Date
}

export interface ConfigStatus {
  readonly file: string
  readonly loadedAt: number
  /** Why the file as it is now is not in force; null when it is. */
  readonly stale: string | null
}

export interface RouterStatus {
  readonly name: string
  readonly type: RouterConfig['type']
  /** Program and version; null until it answered. */
  readonly daemon: string | null
  readonly reachable: boolean
  /** One sentence; null while reachable. */
  readonly error: string | null
  readonly since: number
  readonly sessions: readonly Session[]
}

export interface VipStatus {
  readonly name: string
  readonly mode: VipMode
  /** Null: of another mode. */
  readonly override: OverrideStatus | null
  /** The worst of its routes. */
  readonly reason: Reason
  readonly since: number
  readonly request: Request
  /** How many of its checks must pass. */
  readonly require: VipConfig['require']
  readonly checks: readonly CheckStatus[]
  readonly addresses: readonly AddressStatus[]
}

/** How far an override has come. */
export interface OverrideStatus {
  /** When its window began; null: it has not taken the address over since it was armed. */
  readonly takenAt: number | null
  /** When its window ends, or ended; null: it has none, or has not begun. */
  readonly windowEnd: number | null
  /** Since when it stays back for a failure; null: it does not. */
  readonly latchedAt: number | null
  /** Name of its check of production; null: there is none. */
  readonly production: string | null
}

export interface CheckStatus {
  readonly name: string
  readonly type: CheckConfig['probe']['type']
  readonly impact: CheckConfig['impact']
  /** Null: its verdict counts for every address. */
  readonly address: Address | null
  readonly rise: number
  readonly fall: number
  readonly state: CheckState
  /** When the last probe ended, and when the next begins; null before the first, or while it runs. */
  readonly lastAt: number | null
  readonly nextAt: number | null
  /** Null: its kind has none. */
  readonly tripwire: TripwireStatus | null
}

export interface AddressStatus {
  readonly address: Address
  readonly verdict: Verdict
  readonly since: number
  readonly heldUntil: number | null
  readonly keptUntil: number | null
  readonly binding: 'ours' | 'found' | 'absent' | 'unsure'
  readonly interface: string | null
  readonly bindError: string | null
  /** Whether neighbors get no answer to ARP for it; null where they may. */
  readonly silent: boolean | null
  /** Of mode local the one reason of the address; null where each of its routes has one. */
  readonly because: BecauseStatus | null
  /** As the source of connections; null: it is in no group. */
  readonly source: { readonly state: SourceState; readonly interfaces: readonly string[] } | null
  readonly routes: readonly RouteStatus[]
  /** Of an override: what would carry the traffic after a withdrawal, the first one before the others. */
  readonly covering: readonly LearnedRoute[]
  /** Of an override: the same host route, by others. */
  readonly conflicts: readonly LearnedRoute[]
}

export interface BecauseStatus {
  readonly reason: Reason
  readonly detail: string | null
  readonly since: number
}

export interface SourcesStatus {
  readonly enabled: boolean
  readonly groups: readonly {
    readonly vip: string
    readonly addresses: readonly { readonly address: Address; readonly state: SourceState }[]
    /** `routes`: how many through it have the source now. */
    readonly interfaces: readonly { readonly name: string; readonly enabled: boolean; readonly routes: number }[]
  }[]
  /** Routes through interfaces of a group that keep their own source. */
  readonly kept: readonly KeptRoute[]
  /** One sentence; null: the kernel's routes can be read, and given a source. */
  readonly error: string | null
}

export interface RouteStatus extends BecauseStatus {
  readonly router: string
  /** Whether the router itself says that it sends it to at least one neighbor; at a router of type kernel, whether it is bound. */
  readonly announced: boolean
  /** What is in the router; null when nothing is, or nobody knows. */
  readonly attributes: FittedAttributes | null
  readonly neighbors: readonly NeighborStatus[]
}

export interface NeighborStatus {
  readonly neighbor: string
  readonly established: boolean
  readonly sent: boolean
}

/** Something that happened, for `events` and the log. */
export interface DaemonEvent {
  /** Counts up by one; a gap tells a follower that it missed some. */
  readonly sequence: number
  readonly at: Date
  readonly kind:
    | 'verdict'
    | 'check'
    | 'route'
    | 'binding'
    | 'router'
    | 'session'
    | 'source'
    | 'request'
    | 'config'
    | 'daemon'
  readonly vip: string | null
  readonly address: string | null
  readonly router: string | null
  readonly check: string | null
  readonly reason: Reason | null
  /** One sentence. */
  readonly text: string
}

/** What an operator can ask of a running daemon. */
export type OperatorRequest =
  | { readonly kind: 'disable' | 'enable' | 'undrain'; readonly vips: readonly string[] | 'all' }
  /** `duration`: milliseconds after which it ends by itself; null: not. */
  | { readonly kind: 'drain'; readonly vips: readonly string[] | 'all'; readonly duration: number | null }
  | { readonly kind: 'claim' | 'release' | 'rearm'; readonly vip: string }
  | { readonly kind: 'source-add' | 'source-remove'; readonly vip: string; readonly interface: string }
  /** `interface`: null: the switch of all. */
  | { readonly kind: 'source-enable' | 'source-disable'; readonly interface: string | null }
  | { readonly kind: 'reload' }
  | { readonly kind: 'withdraw-all' }

export type OperatorAnswer =
  | { readonly kind: 'done'; readonly text: string }
  | {
      readonly kind: 'refused'
      readonly code:
        | 'unknown-vip'
        | 'not-manual'
        | 'not-override'
        | 'not-unique'
        | 'interface-taken'
        | 'unknown-interface'
        | 'invalid-config'
        | 'busy'
        | 'failed'
      readonly message: string
      readonly remedy: string
    }

/** All that the control side gets of the daemon. */
export interface DaemonPort {
  snapshot(): Snapshot
  /** The kept events from `after` on, then those that follow, until the signal aborts. */
  changes(after: number, signal: AbortSignal): AsyncIterable<DaemonEvent>
  request(request: OperatorRequest): Promise<OperatorAnswer>
  /** How many TCP connections to the addresses of a VIP are established; null: no such VIP. Throws TargetError. */
  connections(vip: string, signal: AbortSignal): Promise<number | null>
}
