/** What an operator asked for a VIP, beyond the configuration. Times are milliseconds on the monotonic clock. */
export type Request =
  | { readonly kind: 'none' }
  | { readonly kind: 'disabled' }
  /** Of mode manual: nobody has claimed it here. */
  | { readonly kind: 'unclaimed' }
  /** Less preferred until `withdrawAt`, then withdrawn; ends by itself at `until`, null: not. */
  | ({ readonly kind: 'drained' } & Drain)

export interface Drain {
  readonly withdrawAt: number
  readonly until: number | null
}

/** When time alone changes what is asked for next; null when it does not. */
export function requestDeadline(request: Request, now: number): number | null {
  if (request.kind !== 'drained') return null
  const deadlines = [request.withdrawAt, request.until].filter((at): at is number => at !== null && at > now)
  return deadlines.length === 0 ? null : Math.min(...deadlines)
}
