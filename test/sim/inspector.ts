import type { Address } from '../../src/domain/address.js'
import { boundReason } from '../../src/domain/bound-reason.js'
import { worstReason, type Reason } from '../../src/domain/reason.js'
import { protocolsOf } from '../../src/domain/protocol.js'
import { routeReason } from '../../src/domain/route-reason.js'
import type { RouteStatus, VipStatus } from '../../src/domain/snapshot.js'
import { takeSnapshot } from '../../src/daemon/snapshot.js'
import type { Life, Worlds } from './life.js'
import type { Model } from './model.js'
import type { Surroundings } from './sim-target.js'
import { hostAddresses, interfaces, kernelRouter, resync, routeAddresses } from './universe.js'

/** Longest a route may stay that must not be there, while everything works; milliseconds. The longest back-off is 5 s. */
const longestWrong = 12_000

/** Looks at the daemon and at the worlds after each step, and judges by what both show. */
export class Inspector {
  /** By router and address: since when something is wrong there that the daemon could put right. */
  readonly #wrongSince = new Map<string, number>()

  constructor(
    private readonly worlds: Worlds,
    private readonly model: Model,
    private readonly around: Surroundings,
  ) {}

  /** The daemon stood still for a while: that counts against nothing. */
  forget(): void {
    this.#wrongSince.clear()
  }

  look(life: Life | null): void {
    this.#lookAtHost()
    this.#lookAtRoutes(life)
    this.#lookAtBindings(life)
    if (life !== null && life.stage !== 'starting') this.#lookAtDaemon(life)
  }

  #lookAtHost(): void {
    const { kernel, routers } = this.worlds
    for (const [device, text] of hostAddresses) {
      const expected = kernel.host.has(`${device} ${text}`)
      const kept = !expected || kernel.ownerOn(device, text) === 'host'
      this.around.referee.judge(11, kept, () => `the host lost ${text} on ${device}`)
    }
    for (const router of routers.values()) {
      this.around.referee.judge(4, router.foreign.size === 2, () => `${router.name} lost a route outside the pools`)
    }
  }

  /** Routes that may not stay go within a bound, whatever else is broken, where the router takes changes. */
  #lookAtRoutes(life: Life | null): void {
    const { clock, referee } = this.around
    for (const router of this.worlds.routers.values()) {
      const able = life !== null && router.weather === 'fine'
      for (const text of routeAddresses) {
        // A route of somebody else is known only by a listing, of a router that the daemon has to do with.
        const listed = life?.engine.routers.has(router.name) === true && !router.blind
        const knowable = router.hasOurs(text) || (router.routes.has(text) && listed)
        const wrong = able && knowable && !this.model.mayStay(text, router.name)
        const since = this.#since(`${router.name} ${text} stays`, wrong)
        const late = clock.now() - since
        for (const rule of router.blind ? ([6] as const) : ([1, 9] as const))
          referee.judge(rule, late <= longestWrong, () => `${text} is still at ${router.name} after ${late} ms`)
      }
    }
  }

  /** The same where binding announces; and what is bound there goes by itself should the daemon end. */
  #lookAtBindings(life: Life | null): void {
    const { clock, referee } = this.around
    const { kernel } = this.worlds
    const able = life !== null && kernel.weather === 'fine'
    const places = new Set(kernel.ours())
    for (const device of interfaces) {
      for (const text of routeAddresses) {
        const place = `${device} ${text}`
        const carried = this.model.vipOf(text)?.routers.includes(kernelRouter) === true
        const bound = able && carried && places.has(place)
        const stays = bound && !this.model.mayStay(text, kernelRouter)
        const late = clock.now() - this.#since(`${place} stays`, stays)
        for (const rule of [1, 9] as const)
          referee.judge(rule, late <= longestWrong, () => `${place} is still bound after ${late} ms`)
        const forever = clock.now() - this.#since(`${place} forever`, bound && kernel.leftOf(place) === null)
        referee.judge(9, forever <= longestWrong, () => `${place} has had no lifetime for ${forever} ms`)
      }
    }
  }

  #since(key: string, wrong: boolean): number {
    const { clock } = this.around
    if (!wrong) this.#wrongSince.delete(key)
    else if (!this.#wrongSince.has(key)) this.#wrongSince.set(key, clock.now())
    return this.#wrongSince.get(key) ?? clock.now()
  }

  #lookAtDaemon(life: Life): void {
    const { engine, operator, config } = life
    const frame = { version: '0', phase: 'running', startedAt: 0, config: operator.snapshot().config } as const
    const snapshot = takeSnapshot(engine, frame)
    for (const { name, routers } of config.vips) {
      const status = snapshot.vip(name)
      if (status === null) {
        this.around.referee.judge(7, false, () => `${name} is not in the snapshot`)
        continue
      }
      this.#judgeReasons(life, status, routers)
      for (const { address, routes } of status.addresses)
        for (const route of routes) this.#judgeAnnounced(life, address.text, route)
    }
  }

  #judgeReasons(life: Life, status: VipStatus, routers: readonly string[]): void {
    const { referee } = this.around
    const reasons = status.addresses.flatMap(({ routes }) => routes.map(({ reason }) => reason))
    const worst = worstReason(reasons)
    referee.judge(7, status.reason === worst, () => `${status.name} shows ${status.reason}, its worst is ${worst}`)
    for (const { address, routes } of status.addresses) {
      const named = routes.map(({ router }) => router)
      const complete = named.length === routers.length && routers.every((router) => named.includes(router))
      referee.judge(
        7,
        complete,
        () => `${address.text} has reasons at ${named.join(', ')}, not at ${routers.join(', ')}`,
      )
      for (const { router, reason } of routes) {
        const now = reasonNow(life, address, router)
        if (now === null) continue
        const where = `${address.text} at ${router}`
        referee.judge(7, reason === now, () => `${where} shows ${reason}, and it is ${now}`)
        const told = life.events.findLast((event) => event.address === address.text && event.router === router)?.reason
        // A change under way is not told, nor that there is no verdict yet.
        const untold = reason === 'pending' || reason === 'unknown'
        const same = untold || told === reason
        referee.judge(7, same, () => `${where} shows ${reason}, and the last event says ${told}`)
      }
    }
  }

  #judgeAnnounced(life: Life, text: string, { router, reason, announced }: RouteStatus): void {
    const { clock, referee } = this.around
    const world = this.worlds.routers.get(router)
    if (router === kernelRouter) {
      this.#judgeBound(life, text, reason, announced)
      return
    }
    const saysSo = world?.lastSeen?.sessions.some((session) => session.established && session.sent?.has(text)) === true
    const counts = announced || ['announced', 'degraded', 'fail-open'].includes(reason)
    referee.judge(8, !counts || saysSo, () => `${text} counts as announced (${reason}), and ${router} does not say so`)
    const readable = world?.weather === 'fine' && !world.blind && life.stage === 'running'
    const missed = counts && readable && !world.routes.has(text)
    const late = clock.now() - this.#since(`${router} ${text} counts`, missed)
    const bound = 2 * resync
    referee.judge(
      8,
      late <= bound,
      () => `${text} counts as announced, and has been gone from ${router} for ${late} ms`,
    )
  }

  /** There the kernel says so: what is bound is announced. */
  #judgeBound(life: Life, text: string, reason: string, announced: boolean): void {
    const { clock, referee } = this.around
    const { kernel } = this.worlds
    const counts = announced || ['announced', 'degraded', 'fail-open'].includes(reason)
    const readable = kernel.weather === 'fine' && !kernel.blind && life.stage === 'running'
    const missed = counts && readable && !kernel.holds(text)
    const late = clock.now() - this.#since(`${text} counts as bound`, missed)
    referee.judge(8, late <= 2 * resync, () => `${text} counts as announced, and has not been bound for ${late} ms`)
  }
}

/** Worked out anew; null where a router is not known. */
function reasonNow({ engine }: Life, address: Address, router: string): Reason | null {
  const subject = engine.fleet.subjects.get(address.text)
  const unit = engine.routers.get(router)
  const binding = engine.believed.binding(address.text)
  if (subject === undefined) return null
  if (router === kernelRouter) return boundReason(subject.intent, binding).reason
  if (unit === undefined) return null
  const route = engine.believed.route(router, address.text)
  const { intent, leak } = subject
  const known = { router: unit.known, protocols: protocolsOf(unit.config), explicitNextHop: false }
  return routeReason({ address, intent, binding, route, leak, ...known }).reason
}
