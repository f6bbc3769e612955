import type { Address } from '../domain/address.js'
import type { Config, VipConfig } from '../domain/config.js'
import type { OverrideConfig } from '../domain/override-config.js'
import { surroundingsOf, type Learned, type Surroundings } from '../domain/learned.js'
import { armed, obstacleTo, overrideDeadline, stepOverride, type Obstacle } from '../domain/override.js'
import type { Subject } from './fleet.js'
import type { OverrideStore } from './override-store.js'

/** Where overrides read what is around their addresses. */
export interface OverrideSources {
  readonly store: OverrideStore
  /** By name of a router; null: it was not asked yet, or is gone. Undefined: it is none that could tell. */
  readonly learnedAt: (router: string) => Learned | null | undefined
  readonly kernelLearned: () => Learned | null
  /** Texts of the addresses of this host. */
  readonly ownAddresses: () => Pick<ReadonlySet<string>, 'has'>
  readonly now: () => number
}

/** The VIPs of mode override: what keeps them from being announced, and what happens to them. */
export class Overrides {
  constructor(private readonly sources: OverrideSources) {}

  /** What keeps an address from being taken over; null: nothing, or it is no override. */
  obstacle(vip: VipConfig, address: Address): Obstacle | null {
    if (vip.override === null) return null
    const { store, now } = this.sources
    return obstacleTo(vip.override, store.of(vip.name), this.surroundings(vip, address), now())
  }

  surroundings({ routers }: VipConfig, address: Address): Surroundings {
    const { learnedAt, kernelLearned, ownAddresses } = this.sources
    const asked = routers.flatMap((name) => {
      const learned = learnedAt(name)
      return learned === undefined ? [] : [{ name, learned }]
    })
    return surroundingsOf(address, asked, kernelLearned(), ownAddresses())
  }

  deadline({ name, override }: VipConfig): number | null {
    const { store, now } = this.sources
    return override === null ? null : overrideDeadline(store.of(name), override, now())
  }

  /** Takes what became of one address. What that means for its VIP, whose state is then to be saved; null: nothing. */
  step(before: Subject, after: Subject): string | null {
    const { vip, health, intent } = after
    if (vip.override === null) return null
    const { store, now } = this.sources
    const failed = health.verdict === 'down' && before.health.verdict !== 'down' && before.intent.kind !== 'withdraw'
    const event = failed ? 'failed' : intent.kind === 'announce' ? 'announced' : null
    const next = event === null ? null : stepOverride(store.of(vip.name), event, vip.override, now())
    if (next === null) return null
    store.set(vip.name, next)
    return event === 'failed' ? `given back until \`vipcast rearm ${vip.name}\`` : beginning(vip.override)
  }

  /** Ends its latch, and lets its window begin anew. Throws where that can't be kept. */
  rearm(vip: string): void {
    const { store } = this.sources
    const before = store.of(vip)
    store.set(vip, armed)
    try {
      store.save()
    } catch (error) {
      store.set(vip, before)
      throw error
    }
  }
}

function beginning({ window }: OverrideConfig): string {
  return window === null ? 'takes its addresses over' : `takes its addresses over, for ${window / 1000} s at the most`
}

/** The addresses around which routes are to be looked for. */
export function overriddenIn({ vips }: Pick<Config, 'vips'>): readonly Address[] {
  return vips.flatMap((vip) => (vip.override === null ? [] : vip.addresses))
}
