import type { Prefix } from './address.js'

/** How a VIP of mode override takes another server's address over, and gives it back. */
export interface OverrideConfig {
  readonly requireCovering: RequireCovering
  /** Milliseconds after which it gives the address back; null: never by time. */
  readonly window: number | null
  /** After a withdrawal by health: until rearmed, or until healthy. */
  readonly onFailure: 'latch' | 'retry'
  /** Name of the check of production, which is one of its checks and acts on nothing; null: there is none. */
  readonly production: string | null
}

/** Which less specific route has to be there to carry the traffic once this host withdraws. */
export type RequireCovering =
  /** One that is not the default. */
  | { readonly kind: 'specific' }
  /** Any, a default route too. */
  | { readonly kind: 'default' }
  | { readonly kind: 'listed'; readonly prefixes: readonly Prefix[] }
  /** Not even one. */
  | { readonly kind: 'none' }
