import type { RouterConfig } from '../domain/config.js'
import type { KernelObserved, RouterObserved } from '../domain/target.js'
import { systemClock } from '../platform/clock.js'
import { Overrides } from './overrides.js'
import type { RequestStore } from './request-store.js'

interface Looked {
  readonly name: string
  readonly type: RouterConfig['type']
  readonly observed: RouterObserved | null
}

/** The overrides of this host, with what one look found around them. */
export function previewOverrides(
  { overrides }: RequestStore,
  kernel: KernelObserved,
  routers: readonly Looked[],
): Overrides {
  return new Overrides({
    store: overrides,
    learnedAt: (name) => {
      const router = routers.find((router) => router.name === name)
      if (router === undefined || router.type === 'kernel') return undefined
      return router.observed === null ? null : (router.observed.learned ?? undefined)
    },
    kernelLearned: () => kernel.learned,
    ownAddresses: () => kernel.addresses,
    now: () => systemClock.now(),
  })
}
