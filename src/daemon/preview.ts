import { setMaxListeners } from 'node:events'

import { probeKinds } from '../checks/kinds.js'
import { probeOnce } from '../checks/once.js'
import { createTools } from '../checks/tools.js'
import type { Address } from '../domain/address.js'
import type { Silence } from '../domain/arp.js'
import type { FittedAttributes } from '../domain/attributes.js'
import { checkInstances, type CheckInstance } from '../domain/check-instance.js'
import type { ProbeResult } from '../domain/check-verdict.js'
import { isDaemon, isManaged, type Config, type RouterConfig, type VipConfig } from '../domain/config.js'
import { beliefIn, planRoute, type BindingBelief } from '../domain/plan.js'
import { isObstacle, obstacleInWords } from '../domain/override.js'
import type { Reason } from '../domain/reason.js'
import type { Because } from '../domain/route-reason.js'
import { routerSessions, type RouterSessions } from '../domain/router-sessions.js'
import { TargetError, type KernelObserved, type RouterObserved } from '../domain/target.js'
import { sourceGroups, sourcesOf, type SourceGroups } from '../domain/source.js'
import type { Verdict } from '../domain/vote.js'
import { createKernelTarget } from '../kernel/target.js'
import { systemClock } from '../platform/clock.js'
import { createProcessRunner } from '../platform/process.js'
import { createRouter } from '../routers/kinds.js'
import type { Surroundings } from '../domain/learned.js'
import { Fleet, type Subject } from './fleet.js'
import { journalPath, readJournal } from './journal.js'
import { previewLocal, previewSilence } from './preview-local.js'
import { overriddenIn, type Overrides } from './overrides.js'
import { previewOverrides } from './preview-overrides.js'
import { RequestStore } from './request-store.js'
import { routerContext } from './wiring.js'

/** What `run` would do now. */
export interface Preview {
  readonly node: string
  readonly routers: readonly PreviewedRouter[]
  readonly vips: readonly PreviewedVip[]
  /** Routes of ours that no configured VIP wants there. */
  readonly sweeps: readonly { readonly router: string; readonly address: Address }[]
}

export interface PreviewedRouter {
  readonly name: string
  readonly type: RouterConfig['type']
  readonly observed: RouterObserved | null
  /** One sentence; null when it was observed, or is of type kernel and can't be. */
  readonly error: string | null
}

export interface PreviewedVip {
  readonly name: string
  readonly checks: readonly CheckedOnce[]
  readonly addresses: readonly PreviewedAddress[]
}

export interface PreviewedAddress {
  readonly address: Address
  readonly verdict: Verdict
  readonly binding: 'bind' | 'bound' | 'found' | 'unbind' | 'none'
  readonly interface: string
  /** Of mode local, which has no routes: its one reason. */
  readonly because: Because | null
  /** Other routes to it; null: it is no override. */
  readonly around: Surroundings | null
  readonly routes: readonly PreviewedRoute[]
  /** Interfaces through which connections are to leave with it while it is announced. */
  readonly sourceThrough: readonly string[]
}

export interface PreviewedRoute {
  readonly router: string
  readonly action: 'announce' | 'update' | 'keep' | 'withdraw' | 'none' | 'unknown'
  readonly reason: Reason
  /** What is particular about this case; null where the reason code says it all. */
  readonly detail: string | null
  readonly attributes: FittedAttributes | null
}

export interface CheckedOnce {
  readonly instance: CheckInstance
  readonly result: ProbeResult
}

/** Runs each check of a VIP once. A probe aimed at a VIP that this host does not hold tests nothing, and says so. */
export async function checkOnce(
  vips: readonly VipConfig[],
  config: Config,
  signal: AbortSignal,
): Promise<CheckedOnce[]> {
  const [kernel, routers] = await Promise.all([
    observeKernel(signal),
    observeRouters(askedRouters(vips, config), signal),
  ])
  return runChecks(vips, kernel, routers, signal)
}

/** Observes kernel and routers, runs each check once, and works out what would follow. Changes nothing, takes no lock. */
export async function preview(config: Config, signal: AbortSignal): Promise<Preview> {
  const [kernel, routers, silence] = await Promise.all([
    observeKernel(signal, overriddenIn(config)),
    observeRouters(config, signal, overriddenIn(config)),
    previewSilence(config, signal),
  ])
  const checks = await runChecks(config.vips, kernel, routers, signal)
  const requests = RequestStore.open(config, systemClock)
  const overrides = previewOverrides(requests, kernel, routers)
  const fleet = previewFleet(config, kernel, requests, overrides, routers, checks)
  const sources = sourceGroups(config.source, config.vips, requests.sources.changes)
  return {
    node: config.node,
    routers,
    vips: config.vips.map((vip) => ({
      name: vip.name,
      checks: checks.filter(({ instance }) => instance.vip === vip.name),
      addresses: fleet.subjectsOf(vip).map((subject) => ({
        ...previewAddress(config, subject, { ...kernel, silence }, routers, overrides),
        sourceThrough: sourceThrough(sources, subject),
      })),
    })),
    sweeps: routers.flatMap(({ name, observed }) =>
      [...(observed?.routes.values() ?? [])]
        .filter(({ address }) => fleet.subjects.get(address.text)?.vip.routers.includes(name) !== true)
        .map(({ address }) => ({ router: name, address })),
    ),
  }
}

/** One result decides here: `rise` and `fall` are for a daemon that goes on looking. */
function previewFleet(
  config: Config,
  kernel: KernelObserved,
  requests: RequestStore,
  overrides: Overrides,
  routers: readonly PreviewedRouter[],
  checks: readonly CheckedOnce[],
): Fleet {
  const facts = config.routers.filter(isDaemon).map((router) => {
    const sessions = routers.find(({ name }) => name === router.name)?.observed?.sessions ?? []
    return [router.name, { config: router, attributesPer: 'path' as const, sessions }] as const
  })
  const { holds } = readJournal(journalPath(config.runDir)).state
  const fleet = new Fleet(config, {
    requestOf: (vip) => requests.of(vip),
    phase: () => 'running',
    routers: () => new Map(facts),
    routersVersion: () => 0,
    leaks: () => null,
    obstacle: (vip, address) => overrides.obstacle(vip, address),
    overrideDeadline: () => null,
    inSubnet: (address) => kernel.inSubnet.has(address.text),
    random: () => 0,
    now: () => systemClock.now(),
  })
  const touched = fleet.configure(config, (address) => {
    const hold = holds.get(address)
    return { announced: false, heldUntil: hold?.until ?? null, withdrawals: hold?.withdrawals ?? [] }
  })
  for (const { instance, result } of checks) {
    if (result.outcome === 'unknown') continue
    fleet.setCheckVerdict(
      instance.vip,
      instance.check,
      instance.address,
      result.outcome === 'pass' ? 'passing' : 'failing',
    )
  }
  for (const address of touched) fleet.refresh(address)
  return fleet
}

function previewAddress(
  config: Config,
  subject: Subject,
  kernel: KernelObserved & { readonly silence: Silence },
  routers: readonly PreviewedRouter[],
  overrides: Overrides,
): Omit<PreviewedAddress, 'sourceThrough'> {
  const { vip, address, health, wanted } = subject
  const because = vip.mode === 'local' ? previewLocal(subject, kernel) : null
  const bindable = previewBinding(config, subject, kernel)
  const binding = because?.reason === 'not-silent' && bindable === 'bind' ? 'none' : bindable
  const around = vip.override === null ? null : overrides.surroundings(vip, address)
  const { reason } = subject.intent
  const detail = around !== null && isObstacle(reason) ? obstacleInWords(reason, vip, address, around) : null
  return {
    address,
    verdict: health.verdict,
    binding,
    interface: vip.interface,
    because,
    around,
    routes: vip.routers.map((name) => {
      const router = routers.find((router) => router.name === name)
      if (router?.type === 'kernel') return { ...previewBound(name, subject, binding), detail }
      const observed = router?.observed ?? null
      const route = wanted.routes.get(name)
      const attributes = route?.kind === 'announce' ? route.attributes : null
      const action = previewRoute(subject, name, observed)
      return { router: name, action, reason: subject.intent.reason, detail, attributes }
    }),
  }
}

function previewBinding(
  config: Config,
  { address, wanted }: Subject,
  kernel: KernelObserved,
): PreviewedAddress['binding'] {
  const held = kernel.addresses.has(address.text)
  if (wanted.holdOn !== null && !held) return 'bind'
  const ours = readJournal(journalPath(config.runDir)).state.bindings.has(address.text)
  if (held && !ours) return 'found'
  if (wanted.holdOn === null) return held ? 'unbind' : 'none'
  return 'bound'
}

function sourceThrough({ enabled, groups }: SourceGroups, { vip, address }: Subject): string[] {
  const group = enabled ? groups.find((one) => one.vip.name === vip.name) : undefined
  if (group === undefined || !sourcesOf(vip).some(({ text }) => text === address.text)) return []
  return group.interfaces.filter((one) => one.enabled).map(({ name }) => name)
}

/** Where binding is announcing. */
function previewBound(
  router: string,
  { intent, wanted }: Subject,
  binding: PreviewedAddress['binding'],
): Omit<PreviewedRoute, 'detail'> {
  const leaks = binding === 'found' && wanted.holdOn === null
  const action = boundActions[binding]
  return { router, action, reason: leaks ? 'leaked' : intent.reason, attributes: null }
}

const boundActions = { bind: 'announce', bound: 'keep', found: 'keep', unbind: 'withdraw', none: 'none' } as const

/** Planned as if the address were bound already: that is what `run` does first. */
function previewRoute(
  { address, wanted }: Subject,
  router: string,
  observed: RouterObserved | null,
): PreviewedRoute['action'] {
  const route = wanted.routes.get(router)
  if (observed === null || route === undefined) return 'unknown'
  const there = observed.routes.get(address.text)
  const bound: BindingBelief = { state: 'present', interface: wanted.holdOn ?? '', owner: 'ours' }
  const belief = beliefIn(there, 0)
  const change = planRoute(address, route, { belief: bound, error: null }, belief)
  if (change === null) return there === undefined ? 'none' : 'keep'
  if (change.kind === 'withdraw') return 'withdraw'
  return there === undefined ? 'announce' : 'update'
}

function observeKernel(signal: AbortSignal, sought: readonly Address[] = []): Promise<KernelObserved> {
  const clock = systemClock
  const target = createKernelTarget({ runner: createProcessRunner(clock), clock, random: Math.random })
  target.seek(sought)
  return target.observe(signal)
}

function observeRouters(
  config: Config,
  signal: AbortSignal,
  sought: readonly Address[] = [],
): Promise<PreviewedRouter[]> {
  const context = routerContext(config, { clock: systemClock, runner: createProcessRunner(systemClock) })
  return Promise.all(
    config.routers.map(async (router): Promise<PreviewedRouter> => {
      const { name, type } = router
      if (!isDaemon(router)) return { name, type, observed: null, error: null }
      if (isManaged(router)) {
        return {
          name,
          type,
          observed: null,
          error: `router ${name}: \`run\` starts this gobgpd, so its sessions are not known before`,
        }
      }
      try {
        const { target } = createRouter(router, context)
        target.seek(sought)
        return { name, type, observed: await target.observe(signal), error: null }
      } catch (error) {
        if (!(error instanceof TargetError)) throw error
        return { name, type, observed: null, error: error.message }
      }
    }),
  )
}

/** The routers that a check asks about need to be looked at, and no others. */
function askedRouters(vips: readonly VipConfig[], config: Config): Config {
  const asked = new Set(vips.flatMap(({ checks }) => checks.map(({ probe }) => 'router' in probe && probe.router)))
  return { ...config, routers: config.routers.filter(({ name }) => asked.has(name)) }
}

function runChecks(
  vips: readonly VipConfig[],
  kernel: KernelObserved,
  routers: readonly PreviewedRouter[],
  signal: AbortSignal,
): Promise<CheckedOnce[]> {
  setMaxListeners(0, signal) // each check waits for it
  const own = new Set(vips.flatMap((vip) => vip.addresses.map((address) => address.text)))
  const holds = (address: string): 'held' | 'absent' | 'foreign' => {
    if (!own.has(address)) return 'foreign'
    return kernel.addresses.has(address) ? 'held' : 'absent'
  }
  const clock = systemClock
  const sessions = (name: string): RouterSessions => {
    const router = routers.find((router) => router.name === name)
    return routerSessions(router && { ...router, error: router.error === null ? null : { message: router.error } })
  }
  const tools = createTools({ clock, runner: createProcessRunner(clock), sessions })
  const options = { kinds: probeKinds, tools, holds }
  return Promise.all(
    vips
      .flatMap(checkInstances)
      .map(async (instance) => ({ instance, result: await probeOnce(instance, options, signal) })),
  )
}
