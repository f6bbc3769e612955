import { followsAddress } from '../../domain/bond.js'
import { isManaged, type Config, type RouterConfig } from '../../domain/config.js'

/** Who takes the routes at one router away when vipcast dies or freezes. */
export interface DeadMan {
  readonly router: string
  /**
   * `kernel`: the addresses have a lifetime, and the routes go with them; `guard`: a process that outlives vipcast;
   * `itself`: a routing daemon that ends with vipcast; null: nobody, as `onCrash: keep` says.
   */
  readonly by: 'kernel' | 'guard' | 'itself' | null
  /** Milliseconds after the last sign of life; null: there is no bound. */
  readonly bound: number | null
}

export function deadMen({ routers, lifecycle }: Config): DeadMan[] {
  const withdraws = lifecycle.onCrash === 'withdraw'
  const bound = withdraws ? lifecycle.deadMan : null
  return routers.map((router) => ({ router: router.name, by: takenAwayBy(router, withdraws), bound }))
}

function takenAwayBy(router: RouterConfig, withdraws: boolean): DeadMan['by'] {
  if (isManaged(router)) return 'itself'
  if (!withdraws) return null
  return followsAddress(router) ? 'kernel' : 'guard'
}

export function deadManText({ router, by, bound }: DeadMan, durationOf: (milliseconds: number) => string): string {
  const within = bound === null ? '' : durationOf(bound)
  switch (by) {
    case 'kernel':
      return `${router}: the kernel removes the addresses by itself within ${within}, and the routes go with them`
    case 'guard':
      return `${router}: does not follow the addresses; the guard process withdraws after ${within} without a sign of life`
    case 'itself':
      return `${router}: it dies with vipcast${bound === null ? '' : `; frozen, the guard process kills both after ${within}`}`
    case null:
      return `${router}: everything stays, as \`onCrash: keep\` says`
  }
}
