import type { Address } from '../domain/address.js'
import { checkInstances, instanceKey } from '../domain/check-instance.js'
import { explicitNextHop, type VipConfig } from '../domain/config.js'
import { protocolsOf } from '../domain/protocol.js'
import { boundReason } from '../domain/bound-reason.js'
import { localReason } from '../domain/local-reason.js'
import { isObstacle, obstacleInWords } from '../domain/override.js'
import { routeReason, type Because } from '../domain/route-reason.js'
import type { BeliefStore } from './belief-store.js'
import type { CheckRunner } from './engine-options.js'
import type { Overrides } from './overrides.js'
import type { Subject } from './fleet.js'
import type { KernelUnit } from './kernel-unit.js'
import type { RouterUnit } from './router-unit.js'
import type { SilenceUnit } from './silence-unit.js'

/** Where reasons are read from. */
export interface ReasonSources {
  readonly believed: BeliefStore
  readonly routers: ReadonlyMap<string, RouterUnit>
  /** Names of the routers of type kernel. */
  readonly kernelRouters: ReadonlySet<string>
  readonly checks: Pick<CheckRunner, 'states'>
  readonly kernel: Pick<KernelUnit, 'isSilent'>
  readonly silence: Pick<SilenceUnit, 'state'>
  readonly overrides: Pick<Overrides, 'surroundings'>
}

/** The one reason of an address at each of its routers; of mode local the one that it has without them. */
export function reasonsOf(subject: Subject, sources: ReasonSources): Map<string | null, Because> {
  const { vip } = subject
  const reasons = new Map<string | null, Because>()
  if (vip.mode === 'local') return reasons.set(null, reasonWithout(subject, sources))
  for (const name of vip.routers) {
    const because = reasonAt(name, subject, sources)
    if (because === undefined) continue
    reasons.set(name, because.detail === null ? { ...because, detail: detailOf(because, subject, sources) } : because)
  }
  return reasons
}

function reasonWithout({ address, intent, leak }: Subject, { believed, kernel, silence }: ReasonSources): Because {
  const binding = believed.binding(address.text)
  return localReason({ intent, binding, silent: kernel.isSilent(address), silence: silence.state, leak })
}

function detailOf({ reason }: Because, { vip, address }: Subject, sources: ReasonSources): string | null {
  if (reason === 'check-failed') return failures(vip, address, sources)
  if (vip.override === null || !isObstacle(reason)) return null
  return obstacleInWords(reason, vip, address, sources.overrides.surroundings(vip, address))
}

function reasonAt(
  name: string,
  { address, intent, leak, wanted }: Subject,
  { believed, routers, kernelRouters, silence }: ReasonSources,
): Because | undefined {
  const { belief, error } = believed.binding(address.text)
  // It is not bound where this host could not be silent about it.
  const loud = wanted.silent && silence.state.kind === 'failed' ? silence.state.error : null
  const binding = { belief, error: error ?? loud }
  if (kernelRouters.has(name)) return boundReason(intent, binding)
  const unit = routers.get(name)
  if (unit === undefined) return undefined
  return routeReason({
    address,
    intent,
    binding,
    route: believed.route(name, address.text),
    router: unit.known,
    leak: leak?.router === name ? leak : null,
    protocols: protocolsOf(unit.config),
    explicitNextHop: explicitNextHop(unit.config, address.family) !== undefined,
  })
}

/** What the failing checks of an address last said: those that count, since others never bring a VIP down. */
function failures(vip: VipConfig, address: Address, { checks }: ReasonSources): string {
  const states = checks.states()
  const failing = checkInstances(vip).flatMap((instance) => {
    if (instance.check.impact !== 'withdraw') return []
    if (instance.address !== null && instance.address.text !== address.text) return []
    const state = states.get(instanceKey(instance))?.state
    return state?.verdict === 'failing' ? [`${instance.check.name}: ${state.last?.detail ?? 'failing'}`] : []
  })
  return failing.join(', ')
}
