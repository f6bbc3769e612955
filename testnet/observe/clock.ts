/** As of the process's start; follows the wall clock when that is slewed. */
let origin = performance.timeOrigin
/** Milliseconds: more than this is a clock that was set. */
const mostSlewed = 100

/**
 * Milliseconds since 1970, with microseconds behind the point: the same clock as that of every program on this machine, so
 * it compares with the times that `ip -ts` prints and with those of captured packets. Date.now() has whole milliseconds
 * only; this one goes on from the time of the process's start, and follows a wall clock that is slewed by 5 ms at a time. One
 * that was set makes what was measured wrong, which is an error here.
 */
export function wallClock(): number {
  // On a busy machine the process may have to wait between two readings: only a difference that stays is one.
  for (let reading = 0; reading < 10; reading++) {
    const now = origin + performance.now()
    if (Math.abs(now - Date.now()) <= 5) return now
  }
  const off = Date.now() - (origin + performance.now())
  if (Math.abs(off) > mostSlewed) {
    throw new Error('the clock of this machine was set while a lab was measured: measure again')
  }
  origin += off
  return origin + performance.now()
}
