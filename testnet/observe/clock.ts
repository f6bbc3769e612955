/**
 * Milliseconds since 1970, with microseconds behind the point: the same clock as that of every program on this machine, so
 * it compares with the times that `ip -ts` prints and with those of captured packets. Date.now() has whole milliseconds
 * only; this one goes on from the time of the process's start, so a wall clock that was set since makes it wrong, which is
 * an error here.
 */
export function wallClock(): number {
  // On a busy machine the process may have to wait between two readings: only a difference that stays is a clock that was set.
  for (let reading = 0; reading < 10; reading++) {
    const now = performance.timeOrigin + performance.now()
    if (Math.abs(now - Date.now()) <= 5) return now
  }
  throw new Error('the clock of this machine was set while a lab was measured: measure again')
}
