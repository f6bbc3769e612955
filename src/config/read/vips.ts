import type { Address } from '../../domain/address.js'
import type { RouteAttributes } from '../../domain/attributes.js'
import { bindsWithRoute, isAtTimes } from '../../domain/bond.js'
import type { DampingConfig, RouterConfig, VipConfig } from '../../domain/config.js'
import { nearest } from '../nearest.js'
import { hostAddress } from '../schema/addresses.js'
import { Wrong } from '../schema/leaf.js'
import { durationText, name as nameSchema, wrongName } from '../schema/scalars.js'
import { dampingShape, drainShape, vipDefaultsShape, vipShape } from '../schema/vip.js'
import { nothingSet, readAttributes, readGroups, type ReadAttributes } from './attributes.js'
import { readChecks, type ReadChecks } from './checks.js'
import { Fields, type Inherited } from './fields.js'
import { readOverride, type ReadOverride } from './override.js'
import type { Place } from './place.js'

/** A VIP with everything that rules need to know: what is wrong in it has been refused, and its default stands in. */
export interface ReadVip {
  readonly config: VipConfig
  readonly fields: Fields<typeof vipShape>
  /** Those that could be read. */
  readonly addresses: readonly { readonly address: Address; readonly place: Place }[]
  /** With the check of production, if there is one. */
  readonly checks: ReadChecks
  readonly override: ReadOverride
  /** By the key that holds them; absent where it is not written. */
  readonly states: Partial<Record<'announce' | 'whenDegraded' | 'whenDown' | 'drain', ReadAttributes>>
}

export interface VipContext {
  readonly vipDefaults: Inherited | null
  readonly checkDefaults: Inherited | null
  /** Names of all routers of the file, right or wrong. */
  readonly routers: readonly string[]
  /** Those of them that could be read. */
  readonly described: readonly RouterConfig[]
}

export function readVip(name: string, place: Place, context: VipContext): ReadVip {
  const badName = wrongName(name)
  if (badName !== undefined) place.problems.refuse(place.key, badName.message, badName.remedy)
  const fields = new Fields(place, vipShape, { inherited: context.vipDefaults, nested: ['addresses', ...nested] })
  const addresses = readAddresses(fields.at('addresses'))
  const { settings, checks, override, states } = readSettings(fields, context)
  const config = { name, addresses: addresses.map(({ address }) => address), ...settings }
  return { config, fields, addresses, checks, override, states }
}

/** `defaults.vip`. Everything in it is looked at here, also what each VIP overrides. */
export function readVipDefaults(place: Place, context: Omit<VipContext, 'vipDefaults'>): Inherited {
  const fields = new Fields(place, vipDefaultsShape, { nested })
  readSettings(fields, { ...context, vipDefaults: null })
  return fields
}

const nested = ['routers', 'checks', 'damping', 'announce', 'whenDegraded', 'whenDown', 'drain', 'override'] as const

type VipFields = Fields<typeof vipDefaultsShape>

interface ReadSettings extends Pick<ReadVip, 'checks' | 'override' | 'states'> {
  readonly settings: Omit<VipConfig, 'name' | 'addresses'>
}

/** What a VIP and `defaults.vip` have in common. */
function readSettings(fields: VipFields, context: VipContext): ReadSettings {
  const mode = fields.get('mode', 'anycast')
  const place = fields.at('checks')
  const override = readOverride(fields.at('override'), context.checkDefaults)
  const checks = withProduction(
    place ? readChecks(place, context.checkDefaults) : { checks: [], complete: true },
    mode === 'override' ? override.production : null,
  )
  const drain = readDrain(fields.at('drain'))
  const written = { ...readStates(fields), ...(drain && { drain: drain.read }) }
  const named = readRouterNames(fields, context.routers)
  // What others inherit from `defaults.vip` about routes says nothing about a VIP that has none.
  const states: ReadVip['states'] = mode === 'local' ? {} : written
  const routers = mode === 'local' ? [] : named
  const announce = states.announce?.attributes ?? nothingSet
  const own = context.described.filter(({ name }) => routers.includes(name))
  const holdDown = fields.get('holdDown', 5000)
  const settings: ReadSettings['settings'] = {
    mode,
    override: mode === 'override' ? override.config : null,
    unique: fields.get('unique', false),
    routers,
    interface: fields.get('interface', 'lo'),
    bind: fields.get('bind', boundByDefault(mode, own, announce)),
    require: fields.get('require', { kind: 'all' }),
    checks: checks.checks.map(({ config }) => config),
    holdDown,
    damping: readDamping(fields.at('damping'), holdDown, fields.good('holdDown')),
    settle: fields.get('settle', 1000),
    announce,
    whenDegraded: states.whenDegraded?.attributes ?? nothingSet,
    drain: { time: drain?.time ?? 10_000, attributes: states.drain?.attributes ?? nothingSet },
    whenDown: states.whenDown ? { kind: 'announce', attributes: states.whenDown.attributes } : { kind: 'withdraw' },
  }
  return { settings, checks, override, states }
}

// Made once: making a schema costs more than what it is made for, and there are thousands of VIPs.
const vipAddress = hostAddress('')
const routerName = nameSchema('')

/** What is announced only at times, and where binding announces it, must not be bound at others. */
function boundByDefault(
  mode: VipConfig['mode'],
  routers: readonly RouterConfig[],
  announce: RouteAttributes,
): VipConfig['bind'] {
  return isAtTimes(mode) || routers.some((router) => bindsWithRoute(router, { announce })) ? 'announced' : 'always'
}

/** The check of production is one more, of another host. */
function withProduction({ checks, complete }: ReadChecks, production: ReadOverride['production']): ReadChecks {
  if (production === null) return { checks, complete }
  for (const { config, place } of checks.filter(({ config }) => config.name === production.config.name))
    place.entry('name')?.refuse(`the check of production is called \`${config.name}\``, 'Give this one another name')
  return { checks: [...checks, production], complete }
}

function readAddresses(place: Place | undefined): ReadVip['addresses'] {
  if (!place?.expect('list', '[203.0.113.53]')) return []
  if (place.items().length === 0) place.refuse('must not be empty', 'List at least one address')
  return place.items().flatMap((item) => {
    const parsed = item.parse(vipAddress)
    return parsed === undefined ? [] : [{ address: parsed, place: item }]
  })
}

function readRouterNames(fields: VipFields, known: readonly string[]): string[] {
  const place = fields.at('routers')
  if (place === undefined) return [...known]
  if (!place.expect('list', `[${known[0] ?? 'edge'}]`)) return []
  const seen = new Set<string>()
  for (const item of place.items()) {
    const name = item.parse(routerName)
    if (name === undefined) continue
    if (!known.includes(name)) refuseRouter(item, name, known)
    if (seen.has(name)) item.refuse(`\`${name}\` is listed twice`, 'Remove one of them')
    seen.add(name)
  }
  return [...seen]
}

function refuseRouter(item: Place, name: string, known: readonly string[]): void {
  const meant = nearest(name, known)
  const those = known.length === 0 ? 'Add it under `routers`' : `Routers of this file: ${known.join(', ')}`
  item.refuse(`there is no router \`${name}\``, meant === undefined ? those : `Did you mean \`${meant}\`?`)
}

function readDamping(place: Place | undefined, holdDown: number, holdDownGood: boolean): DampingConfig | null {
  if (place?.is(false)) return null
  // A cap below the hold-down itself would shorten it.
  const max = Math.max(15 * 60_000, holdDown)
  if (place === undefined) return { window: 10 * 60_000, factor: 3, max }
  const fields = new Fields(place, dampingShape, { example: 'false, or {window: 10m, factor: 3, max: 15m}' })
  const damping = {
    window: fields.get('window', 10 * 60_000),
    factor: fields.get('factor', 3),
    max: fields.get('max', max),
  }
  if (holdDownGood && fields.good('max') && damping.max < holdDown) {
    const remedy = `Write at least ${durationText(holdDown)}, or a shorter holdDown`
    fields.at('max')?.refuse(`max ${durationText(damping.max)} is less than holdDown ${durationText(holdDown)}`, remedy)
  }
  return damping
}

function readDrain(place: Place | undefined): { time: number | undefined; read: ReadAttributes } | undefined {
  if (place === undefined) return undefined
  const fields = new Fields(place, drainShape, { nested: ['bgp', 'ospf'] })
  return { time: fields.get('time'), read: readGroups(place, fields) }
}

function readStates(fields: VipFields): ReadVip['states'] {
  const [announce, whenDegraded, whenDown] = (['announce', 'whenDegraded', 'whenDown'] as const).map((key) =>
    fields.at(key),
  )
  return {
    ...(announce && { announce: readAttributes(announce) }),
    ...(whenDegraded && { whenDegraded: readAttributes(whenDegraded) }),
    ...readWhenDown(whenDown),
  }
}

function readWhenDown(place: Place | undefined): Pick<ReadVip['states'], 'whenDown'> {
  if (place === undefined || place.is('withdraw')) return {}
  if (place.node.kind === 'map') return { whenDown: readAttributes(place) }
  const wrong = new Wrong('must be withdraw or a map of attributes', 'Write withdraw, or {bgp: {med: 1000}}')
  if (!place.refused) place.refuse(wrong.message, wrong.remedy)
  return {}
}
