import type { RouteEvent } from '../observe/route-events.js'
import type { StepResult } from './step.js'
import type { Request } from './traffic.js'

/** A path of the observed router: there while its kernel has this next hop for this prefix. */
export interface Lane {
  /** Who is at its end: a name that answers requests, for its colour. */
  readonly name: string
  readonly prefix: string
  /** Address of the next hop. */
  readonly via: string
}

/** All that a story measured, as written to its JSON file. Times are milliseconds since 1970. */
export interface Recording {
  readonly title: string
  readonly cast: string
  readonly steps: readonly StepResult[]
  readonly requests: readonly Request[]
  readonly routes: readonly RouteEvent[]
  readonly lanes: readonly Lane[]
}
