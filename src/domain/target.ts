import type { Address, Family } from './address.js'
import type { ArpChange, ArpObserved } from './arp.js'
import type { FittedAttributes } from './attributes.js'
import type { Learned } from './learned.js'

/**
 * Where changes go: the kernel, or one router. Calling either method twice is harmless. A target keeps no picture of
 * what it holds; `believed` does that from outcomes and observations.
 */
export interface Target<Change, Observed> {
  readonly name: string
  /** Lists what is there. Slow: never called between a verdict and its withdrawal. Throws TargetError. */
  observe(signal: AbortSignal): Promise<Observed>
  /** Makes the changes; one outcome for each, in the same order. Never throws for a change: a failure is an outcome. */
  apply(changes: readonly Change[], signal: AbortSignal): Promise<readonly Outcome[]>
  /** Says that something may have changed, until the signal aborts. It reconnects by itself, with back-off. */
  hints(signal: AbortSignal): AsyncIterable<Hint>
}

/** Looks for other routes to some addresses: those that an override takes over. */
export interface Seeker {
  /** From now on an observation tells what is known of them. None at first, and then nothing is looked for. */
  seek(addresses: readonly Address[]): void
}

export type Outcome =
  /** `found`: it was so already, made by somebody else or by an attempt whose end was not seen. */
  | { readonly kind: 'done'; readonly found?: boolean }
  | { readonly kind: 'failed'; readonly error: TargetError }
  /** A deadline passed or the connection broke: the change may have been made or not. */
  | { readonly kind: 'unsure'; readonly error: TargetError }

export type Hint =
  /** The target answers again, or for the first time: it may have lost everything. */
  | { readonly kind: 'connected' }
  /** The target stopped answering. */
  | { readonly kind: 'disconnected'; readonly error: TargetError }
  /** Something inside it changed: a session, a route, an address. */
  | { readonly kind: 'changed'; readonly what: string }

/** Why a target could not do something; a closed set, made once where the foreign error enters. */
export type TargetErrorCode =
  /** Nobody listens, or the connection broke before the request left. */
  | 'unreachable'
  /** No answer within the deadline. */
  | 'timeout'
  /** The target forbids it: a privilege, a certificate. */
  | 'not-permitted'
  /** The target understood and refused this change; the same change would be refused again. */
  | 'rejected'
  /** An operator's own object holds the place. */
  | 'conflict'
  /** The target refused this change for what it holds now, or for a lock; the same change may go through later. */
  | 'busy'
  /** The target's release can't do this. */
  | 'unsupported'
  /** The answer made no sense: something else listens there. */
  | 'nonsense'

const retryable: ReadonlySet<TargetErrorCode> = new Set(['unreachable', 'timeout', 'conflict', 'busy'])

/** One sentence for a person in `message`: what happened, to what, what to do. */
export class TargetError extends Error {
  override readonly name = 'TargetError'

  constructor(
    readonly code: TargetErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }

  /** Whether the same request may succeed later without anybody changing the configuration. */
  get retryable(): boolean {
    return retryable.has(this.code)
  }
}

// --- routers ---------------------------------------------------------------------------------------------------------

export type RouteChange =
  | { readonly kind: 'announce'; readonly address: Address; readonly attributes: FittedAttributes }
  | { readonly kind: 'withdraw'; readonly address: Address }

/** A host route inside the pools that this router originates itself. */
export interface ObservedRoute {
  readonly address: Address
  /** Null: somebody changed it so that they can't be told. */
  readonly attributes: FittedAttributes | null
}

/** A host route inside the pools that this router originates by what somebody else configured. */
export interface ForeignRoute {
  /** The lines of its configuration that do it, for a person. */
  readonly by: string
  /** Neighbors that it was sent to. */
  readonly sentTo: readonly string[]
}

export type SessionKind = 'ebgp' | 'ibgp' | 'ospf'

/** One routing session of a router, as last observed. */
export interface Session {
  /** The neighbor's address or interface, as the router names it. */
  readonly neighbor: string
  readonly kind: SessionKind
  /** The protocol's own word: established, idle, active, … */
  readonly state: string
  readonly established: boolean
  /** Address family of the TCP connection; it decides which next hop can be sent. Null while unknown. */
  readonly transport: Family | null
  /** Families that both ends negotiated; of a session that is not established, those configured. */
  readonly families: readonly Family[]
  /**
   * Texts of the addresses inside the pools whose host route was sent to this neighbor (adj-RIB-out, after policy). Null:
   * not read, since that would hold up a router with so large a table; what it acknowledged is taken as sent.
   */
  readonly sent: ReadonlySet<string> | null
}

export interface RouterObserved {
  /** Program and version, `gobgpd 3.10.0`. */
  readonly daemon: string
  /** By address text: our host routes, that is all locally originated ones inside the pools. */
  readonly routes: ReadonlyMap<string, ObservedRoute>
  readonly sessions: readonly Session[]
  /**
   * By neighbor: families beside that of the connection that the router can send a next hop for: of an address of its own, or
   * of the connection where the neighbor takes that.
   */
  readonly nextHops: ReadonlyMap<string, readonly Family[]>
  /** By address text: what it originates inside the pools that is not ours, where the router can tell. */
  readonly foreign: ReadonlyMap<string, ForeignRoute>
  /** Other routes to the addresses that are sought; null: this router can't tell. */
  readonly learned: Learned | null
}

export interface RouterTarget extends Target<RouteChange, RouterObserved>, Seeker {
  /** `path`: one set of attributes for all neighbors; `neighbor`: the router fits them to each session itself. */
  readonly attributesPer: 'path' | 'neighbor'
}

// --- kernel ----------------------------------------------------------------------------------------------------------

export type AddressChange =
  /** `lifetime`: milliseconds after which the kernel removes it by itself, in whole seconds; null: never. */
  | { readonly kind: 'bind'; readonly address: Address; readonly interface: string; readonly lifetime: number | null }
  /** Gives an address of ours this lifetime from now on. One that is missing is bound by it. */
  | {
      readonly kind: 'refresh'
      readonly address: Address
      readonly interface: string
      readonly lifetime: number | null
    }
  | { readonly kind: 'unbind'; readonly address: Address; readonly interface: string }

export interface KernelObserved {
  /** By address text: the interface that holds it. Every address of the host, ours or not. */
  readonly addresses: ReadonlyMap<string, string>
  /** Texts of those that the kernel removes by itself one day. */
  readonly expiring: ReadonlySet<string>
  /** Texts of those of scope `host`, which `arp_ignore` 3 keeps silent. */
  readonly hostScope: ReadonlySet<string>
  /** Texts of the addresses that are sought and lie in a subnet of an interface of this host, whether its link is up or not. */
  readonly inSubnet: ReadonlySet<string>
  /** Subnets of this host, and routes that somebody put into its table, to the addresses that are sought. */
  readonly learned: Learned
}

export interface KernelTarget extends Target<AddressChange, KernelObserved>, Seeker {}

/** Nothing tells when somebody changes a setting: it is looked at when the addresses are. */
export type ArpTarget = Omit<Target<ArpChange, ArpObserved>, 'hints'>
