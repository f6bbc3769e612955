import { hostPrefix, type Address } from './address.js'
import type { VipConfig } from './config.js'
import type { OverrideConfig } from './override-config.js'
import type { Reason } from './reason.js'
import { isCovered, learnedInWords, sourceInWords, type Surroundings } from './learned.js'

/**
 * How far an override has come, of the VIP as a whole: one of its addresses that fails takes all of them back. Times are
 * milliseconds on the monotonic clock.
 */
export interface OverrideState {
  /** When it was first to be announced since it was armed: its window began. Null: not yet. */
  readonly takenAt: number | null
  /** When it failed and was given back for good. Null: it did not. */
  readonly latchedAt: number | null
}

/** Never taken over, or just rearmed. */
export const armed: OverrideState = { takenAt: null, latchedAt: null }

/**
 * What happens to it. Null: nothing.
 *
 * | event                       | state    | then |
 * |-----------------------------|----------|------|
 * | to be announced             | armed    | its window begins |
 * | to be announced             | taken    | - |
 * | withdrawn by health, latch  | any      | latched |
 * | withdrawn by health, retry  | any      | - |
 */
export function stepOverride(
  state: OverrideState,
  event: 'announced' | 'failed',
  { onFailure }: Pick<OverrideConfig, 'onFailure'>,
  now: number,
): OverrideState | null {
  switch (event) {
    case 'announced':
      return state.takenAt === null ? { ...state, takenAt: now } : null
    case 'failed':
      return onFailure === 'latch' && state.latchedAt === null ? { ...state, latchedAt: now } : null
  }
}

/** When its window ends, or ended; null: it has none, or has not begun. */
export function windowEnd({ takenAt }: OverrideState, { window }: Pick<OverrideConfig, 'window'>): number | null {
  return takenAt === null || window === null ? null : takenAt + window
}

/** When time alone changes it next; null when it does not. */
export function overrideDeadline(state: OverrideState, config: OverrideConfig, now: number): number | null {
  const end = windowEnd(state, config)
  return end !== null && end > now ? end : null
}

/** Why an address may not be taken over. `pending`: somebody was not asked yet. */
export type Obstacle = (typeof obstacles)[number]

const obstacles = ['address-conflict', 'no-covering-route', 'override-latched', 'override-expired', 'pending'] as const

export function isObstacle(reason: Reason): reason is Obstacle {
  return obstacles.some((obstacle) => obstacle === reason)
}

/**
 * What keeps an address from being taken over; null: nothing. The first line that applies decides:
 *
 * | surroundings, state                       | obstacle |
 * |-------------------------------------------|----------|
 * | somebody else announces the host route    | address-conflict |
 * | no route covers it, somebody was not asked | pending |
 * | no route covers it                        | no-covering-route |
 * | latched                                   | override-latched |
 * | its window is over                        | override-expired |
 */
export function obstacleTo(
  config: OverrideConfig,
  state: OverrideState,
  { conflicts, covering, incomplete }: Surroundings,
  now: number,
): Obstacle | null {
  if (conflicts.length > 0) return 'address-conflict'
  if (!isCovered(config.requireCovering, covering)) return incomplete ? 'pending' : 'no-covering-route'
  if (state.latchedAt !== null) return 'override-latched'
  const end = windowEnd(state, config)
  return end !== null && now >= end ? 'override-expired' : null
}

/** What is particular about an obstacle; null where its code says it all. */
export function obstacleInWords(
  obstacle: Obstacle,
  { override }: Pick<VipConfig, 'override'>,
  address: Address,
  { conflicts, covering }: Surroundings,
): string | null {
  switch (obstacle) {
    case 'address-conflict':
      return `${hostPrefix(address)} is also announced ${conflicts.map(({ source }) => sourceInWords(source)).join(', ')}`
    case 'no-covering-route': {
      const seen = covering.length === 0 ? 'none is known' : `known: ${covering.map(learnedInWords).join(', ')}`
      return `needs ${neededInWords(override?.requireCovering)} for ${address.text}; ${seen}`
    }
    case 'override-latched':
    case 'override-expired':
      return null
    case 'pending':
      return 'the routes around it are being looked for'
  }
}

function neededInWords(require: OverrideConfig['requireCovering'] | undefined): string {
  switch (require?.kind) {
    case 'default':
      return 'a less specific route, the default at the least,'
    case 'listed':
      return `a route to ${require.prefixes.map(({ text }) => text).join(' or ')}`
    case 'specific':
    case 'none':
    case undefined:
      return 'a less specific route that is not the default'
  }
}
