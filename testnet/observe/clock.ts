/**
 * Milliseconds since 1970, with microseconds behind the point: the same clock as that of every program on this machine, so
 * it compares with the times that `ip -ts` prints and with those of captured packets. Date.now() has whole milliseconds
 * only; this one goes on from the time of the process's start, so a wall clock that was set since makes it wrong, which is
 * an error here.
 */
export function wallClock(): number {
  const now = performance.timeOrigin + performance.now()
  if (Math.abs(now - Date.now()) > 5) {
    throw new Error('the clock of this machine was set while a lab was measured: measure again')
  }
  return now
}
