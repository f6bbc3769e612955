import type { RouterObserved } from './target.js'

/** What is known of a router's sessions. */
export type RouterSessions =
  /** It was not looked at yet, or there is no such router. */
  | { readonly kind: 'unobserved' }
  /** It does not answer. `error` is one sentence. */
  | { readonly kind: 'silent'; readonly error: string }
  | { readonly kind: 'observed'; readonly established: number }

/** `known`: the last observation, and why the router does not answer now; undefined: there is none of that name. */
export function routerSessions(known: Known | undefined): RouterSessions {
  if (known === undefined) return { kind: 'unobserved' }
  if (known.error !== null) return { kind: 'silent', error: known.error.message }
  if (known.observed === null) return { kind: 'unobserved' }
  return {
    kind: 'observed',
    established: known.observed.sessions.filter(({ kind, established }) => established && kind !== 'ospf').length,
  }
}

interface Known {
  readonly observed: RouterObserved | null
  readonly error: { readonly message: string } | null
}
