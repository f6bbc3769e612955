import type { Address } from '../domain/address.js'
import { checkInstances, instanceKey } from '../domain/check-instance.js'
import type { VipConfig } from '../domain/config.js'
import { firstCheckState } from '../domain/check-verdict.js'
import { windowEnd } from '../domain/override.js'
import type {
  AddressStatus,
  BecauseStatus,
  CheckStatus,
  ConfigStatus,
  OverrideStatus,
  RouterStatus,
  RouteStatus,
  Snapshot,
  VipStatus,
} from '../domain/snapshot.js'
import { isAnnounced, neighborsOf, sessionsOf } from './announced.js'
import type { Engine } from './engine.js'
import type { Subject } from './fleet.js'
import type { RouterUnit } from './router-unit.js'
import { sourcesStatus, sourceStatus } from './source-status.js'

export interface SnapshotFrame {
  readonly version: string
  readonly phase: Snapshot['phase']
  readonly startedAt: number
  readonly config: ConfigStatus
}

/** What is known now. VIPs are made when asked for. */
export function takeSnapshot(engine: Engine, frame: SnapshotFrame): Snapshot {
  const now = engine.clock.now()
  const wallNow = engine.clock.wall().getTime()
  return {
    ...frame,
    node: engine.fleet.config.node,
    now,
    lastEvent: engine.events.last,
    routers: routerStatuses(engine),
    sources: sourcesStatus(engine),
    vipNames: engine.fleet.config.vips.map((vip) => vip.name),
    vip: (name) => {
      const vip = engine.fleet.vip(name)
      return vip === undefined ? null : vipStatus(engine, vip)
    },
    wallOf: (monotonic) => new Date(wallNow + (monotonic - now)),
  }
}

/** Those of the file in its order, then those that left it and still hold something. */
function routerStatuses(engine: Engine): RouterStatus[] {
  const configured = engine.fleet.config.routers
  const names = new Set(configured.map(({ name }) => name))
  const retired = [...engine.routers.values()].filter(({ name }) => !names.has(name))
  return [
    ...configured.flatMap(({ name }) => {
      const unit = engine.routers.get(name)
      if (unit !== undefined) return [routerStatus(unit)]
      return engine.kernelRouters.has(name) ? [kernelStatus(engine, name)] : []
    }),
    ...retired.map(routerStatus),
  ]
}

/** Nobody can be asked: what a routing daemon does with the addresses is its own affair. */
function kernelStatus({ kernel }: Engine, name: string): RouterStatus {
  const { error, since } = kernel
  return {
    name,
    type: 'kernel',
    daemon: null,
    reachable: error === null,
    error: error?.message ?? null,
    since,
    sessions: [],
  }
}

function routerStatus(unit: RouterUnit): RouterStatus {
  const { error, observed } = unit.known
  return {
    name: unit.name,
    type: unit.config.type,
    daemon: observed?.daemon ?? null,
    reachable: error === null && observed !== null,
    error: error?.message ?? null,
    since: unit.since,
    sessions: sessionsOf(unit),
  }
}

function vipStatus(engine: Engine, vip: VipConfig): VipStatus {
  const subjects = engine.fleet.subjectsOf(vip)
  const worst = engine.board.worst(vip.addresses.map((address) => address.text))
  return {
    name: vip.name,
    mode: vip.mode,
    override: overrideStatus(engine, vip),
    reason: worst?.reason ?? 'pending',
    since: worst?.since ?? engine.clock.now(),
    request: engine.requests.of(vip),
    require: vip.require,
    checks: checkInstances(vip).map((instance): CheckStatus => {
      const { check, address } = instance
      const known = engine.checks.states().get(instanceKey(instance))
      return {
        name: check.name,
        type: check.probe.type,
        impact: check.impact,
        address,
        rise: check.rise,
        fall: check.fall,
        state: known?.state ?? firstCheckState(engine.clock.now()),
        lastAt: known?.lastAt ?? null,
        nextAt: known?.nextAt ?? null,
        tripwire: engine.checks.tripwire(instanceKey(instance)),
      }
    }),
    addresses: subjects.map((subject) => addressStatus(engine, subject)),
  }
}

function overrideStatus({ requests }: Engine, { name, override }: VipConfig): OverrideStatus | null {
  if (override === null) return null
  const state = requests.overrides.of(name)
  return { ...state, windowEnd: windowEnd(state, override), production: override.production }
}

function addressStatus(engine: Engine, { vip, address, health, wanted }: Subject): AddressStatus {
  const { belief, error } = engine.believed.binding(address.text)
  return {
    address,
    verdict: health.verdict,
    since: health.since,
    heldUntil: health.heldUntil,
    keptUntil: health.keptUntil,
    binding: belief.state === 'present' ? belief.owner : belief.state,
    interface: belief.state === 'absent' ? null : belief.interface,
    bindError: error?.message ?? null,
    silent: wanted.silent ? engine.kernel.isSilent(address) : null,
    because: vip.mode === 'local' ? becauseStatus(engine, address.text, null) : null,
    source: sourceStatus(engine, vip, address),
    routes: vip.routers.flatMap((name) => {
      const unit = engine.routers.get(name)
      if (unit !== undefined) return [routeStatus(engine, address.text, unit)]
      return engine.kernelRouters.has(name) ? [boundStatus(engine, address.text, name)] : []
    }),
    ...around(engine, vip, address),
  }
}

function becauseStatus({ board, clock }: Engine, address: string, router: string | null): BecauseStatus {
  return board.at(address, router) ?? { reason: 'pending', detail: null, since: clock.now() }
}

function around(engine: Engine, vip: VipConfig, address: Address): Pick<AddressStatus, 'covering' | 'conflicts'> {
  if (vip.override === null) return { covering: [], conflicts: [] }
  const { covering, conflicts } = engine.overrides.surroundings(vip, address)
  return { covering, conflicts }
}

function boundStatus(engine: Engine, address: string, router: string): RouteStatus {
  return { ...judged(engine, address, router), attributes: null, neighbors: [] }
}

function routeStatus(engine: Engine, address: string, unit: RouterUnit): RouteStatus {
  const { belief } = engine.believed.route(unit.name, address)
  return {
    ...judged(engine, address, unit.name),
    attributes: belief.state === 'present' ? belief.attributes : null,
    neighbors: neighborsOf(address, unit),
  }
}

function judged(engine: Engine, address: string, router: string): Omit<RouteStatus, 'attributes' | 'neighbors'> {
  return { router, ...becauseStatus(engine, address, router), announced: isAnnounced(address, router, engine) }
}
