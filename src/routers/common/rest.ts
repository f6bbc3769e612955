/** A look holds the daemon up: of small tables no more than a hundredth of its time. */
const restFactor = 100
/** On a busy host a look takes long without holding anybody up, and a session that was lost must be told in seconds. */
const longestRest = 3_000

/** Milliseconds from a look that took `spent` to the next: at least `least`. */
export function restAfter(spent: number, least: number): number {
  return Math.max(least, Math.min(spent * restFactor, longestRest))
}
