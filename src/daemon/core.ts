import type { Clock } from '../platform/clock.js'
import type { BeliefStore } from './belief-store.js'
import type { EventLog } from './event-log.js'
import type { Fleet } from './fleet.js'
import type { Journal } from './journal.js'
import type { Repairs } from './repairs.js'
import type { SilenceUnit } from './silence-unit.js'
import type { Telemetry } from '../control/telemetry.js'

/** What the units of the kernel and of the routers share. */
export interface Core {
  readonly clock: Clock
  readonly random: () => number
  readonly believed: BeliefStore
  readonly fleet: Fleet
  readonly journal: Journal
  readonly events: EventLog
  readonly telemetry: Telemetry
  readonly repairs: Repairs
  readonly silence: Pick<SilenceUnit, 'state' | 'look'>
  /** Something about the address changed, seen at `seenAt`: work out what is wanted and send what is needed, at once. */
  touch(address: string, seenAt: number): void
  /** Whether a routing daemon that announces by itself what it finds bound may still have a route of the address. */
  mayAnnounce(address: string): boolean
  /** Whether the route of an address must not go yet, nor the address: connections still begin with it. */
  isSource(address: string): boolean
  /** Sessions of a router are of other kinds than before: what can be put into it is to be worked out anew. */
  refit(): void
  /** A router that left the configuration holds nothing of ours any more. */
  dropRouter(name: string): void
  /** Something about how the address is doing changed, but nothing about what is wanted. */
  showReasons(address: string): void
}
