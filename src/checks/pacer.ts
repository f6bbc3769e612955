import type { Clock } from '../platform/clock.js'

/** Probes that are begun in one turn of the event loop: about a millisecond's work. */
const perTurn = 8

/**
 * Begins probes that are due, a few in each turn of the event loop. When a thousand fall due at once, answers that have
 * come in are still read between them, and a withdrawal does not wait for the last of them.
 */
export function createPacer(clock: Clock): (begin: () => void) => void {
  let queue: (() => void)[] = []
  const turn = (): void => {
    const now = queue.slice(0, perTurn)
    queue = queue.slice(perTurn)
    if (queue.length > 0) clock.afterIo(turn)
    for (const begin of now) begin()
  }
  return (begin) => {
    queue.push(begin)
    if (queue.length === 1) clock.afterIo(turn)
  }
}
