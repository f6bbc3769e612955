import { ourProtocol, type KernelRoute, type SourceRoutesTarget } from '../../src/domain/kernel-route.js'
import { TargetError, type Outcome } from '../../src/domain/target.js'

/** A main table in which others have routes, and that can refuse. */
export interface FakeSourceRoutes extends SourceRoutesTarget {
  /** In the kernel's order; others may put theirs in. */
  readonly routes: KernelRoute[]
  /** From now on nothing of ours can be changed; null: it can again. */
  refuse(error: TargetError | null): void
  /** From now on nothing of ours is released before that. */
  hang(until: Promise<void>): void
}

export function createFakeSourceRoutes(): FakeSourceRoutes {
  const routes: KernelRoute[] = []
  let refusal: TargetError | null = null
  let ready = Promise.resolve()
  const drop = (gone: (route: KernelRoute) => boolean): void => {
    for (let at = routes.length - 1; at >= 0; at -= 1) {
      const route = routes[at]
      if (route?.protocol === ourProtocol && gone(route)) routes.splice(at, 1)
    }
  }
  return {
    name: 'routes',
    routes,
    observe: () => Promise.resolve([...routes]),
    observeOurs: () => Promise.resolve(routes.filter(({ protocol }) => protocol === ourProtocol)),
    apply: (changes) => {
      const error = refusal
      if (error !== null) return Promise.resolve(changes.map((): Outcome => ({ kind: 'failed', error })))
      for (const change of changes) {
        if (change.kind === 'remove') drop((route) => route === change.route)
        else routes.unshift({ ...change.twin, protocol: ourProtocol, gateways: [] })
      }
      return Promise.resolve(changes.map((): Outcome => ({ kind: 'done' })))
    },
    release: async (sources) => {
      await ready
      if (refusal === null) drop(({ source }) => sources.some(({ text }) => text === source))
      return refusal
    },
    hints: async function* (signal) {
      if (!signal.aborted) yield { kind: 'connected' }
      await new Promise<void>((resolve) => {
        if (signal.aborted) resolve()
        else signal.addEventListener('abort', () => resolve(), { once: true })
      })
    },
    refuse: (error) => (refusal = error),
    hang: (until) => {
      ready = until
    },
  }
}
