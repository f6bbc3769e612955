import { setTimeout as sleep } from 'node:timers/promises'

export interface WaitOptions {
  /** What is waited for, for the error: "both sessions established". */
  readonly what: string
  readonly signal?: AbortSignal
  /** 15 s. */
  readonly timeoutMs?: number
  /** From the end of one look to the next; 10 ms. */
  readonly intervalMs?: number
  /** More for the error when time runs out: what is there instead, `() => lab.explain()`. */
  readonly explain?: () => string | Promise<string>
}

/**
 * Looks until `condition` returns something other than undefined, null and false, and returns that. A condition that throws
 * is looked at again. Throws when time runs out, naming what it waited for and what was last seen.
 */
export async function waitFor<T>(
  condition: () => T | Promise<T>,
  options: WaitOptions,
): Promise<Exclude<Awaited<T>, undefined | null | false>> {
  const { what, signal, timeoutMs = 15_000, intervalMs = 10, explain } = options
  const deadline = performance.now() + timeoutMs
  for (;;) {
    signal?.throwIfAborted()
    let failure: unknown
    try {
      const found = await condition()
      if (found !== undefined && found !== null && found !== false) {
        return found as Exclude<Awaited<T>, undefined | null | false>
      }
    } catch (error) {
      failure = error
    }
    if (performance.now() >= deadline) {
      const more = (await explain?.()) ?? ''
      const last = failure instanceof Error ? `; the last look failed: ${failure.message}` : ''
      throw new Error(`${what}: not within ${timeoutMs} ms${last}${more && `\n${more}`}`, { cause: failure })
    }
    await sleep(intervalMs, undefined, { ...(signal && { signal }) })
  }
}
