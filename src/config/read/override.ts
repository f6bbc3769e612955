import type { Prefix } from '../../domain/address.js'
import type { OverrideConfig, RequireCovering } from '../../domain/override-config.js'
import { coveringNetwork, overrideShape, requireCoveringWord } from '../schema/override.js'
import { readCheckAlone, type ReadCheck } from './checks.js'
import { Fields, type Inherited } from './fields.js'
import type { Place } from './place.js'

/** How a VIP of mode override behaves, and the check of production that came with it. */
export interface ReadOverride {
  readonly config: OverrideConfig
  readonly production: ReadCheck | null
  /** Of the networks that `requireCovering` lists. */
  readonly networks: readonly { readonly prefix: Prefix; readonly place: Place }[]
}

/** What the check of production is called, in `status` and everywhere else. */
export const productionName = 'production'

/** Reads `override`; undefined: all of it is as by default. */
export function readOverride(place: Place | undefined, checkDefaults: Inherited | null): ReadOverride {
  if (place === undefined) return { config: defaults, production: null, networks: [] }
  const nested = ['requireCovering', 'production'] as const
  const fields = new Fields(place, overrideShape, { nested, example: '{window: 30m, onFailure: latch}' })
  const covering = place.entry('requireCovering')
  const networks = covering?.node.kind === 'list' ? readNetworks(covering) : []
  const production = readProduction(place.entry('production'), checkDefaults)
  const config: OverrideConfig = {
    requireCovering: readCovering(covering, networks),
    window: fields.get('window', null),
    onFailure: fields.get('onFailure', 'latch'),
    production: production === null ? null : productionName,
  }
  return { config, production, networks }
}

const defaults: OverrideConfig = {
  requireCovering: { kind: 'specific' },
  window: null,
  onFailure: 'latch',
  production: null,
}

function readNetworks(place: Place): ReadOverride['networks'] {
  if (place.items().length === 0) place.refuse('must not be empty', 'List a network, or write false')
  return place.items().flatMap((item) => {
    const prefix = item.parse(coveringNetwork)
    return prefix === undefined ? [] : [{ prefix, place: item }]
  })
}

function readCovering(place: Place | undefined, networks: ReadOverride['networks']): RequireCovering {
  if (place?.node.kind === 'list') return { kind: 'listed', prefixes: networks.map(({ prefix }) => prefix) }
  return place?.parse(requireCoveringWord) ?? defaults.requireCovering
}

/** Whatever `defaults.check` says, it never withdraws: what it looks at is another host. */
function readProduction(place: Place | undefined, checkDefaults: Inherited | null): ReadCheck | null {
  const read = place === undefined ? undefined : readCheckAlone(place, checkDefaults)
  if (place === undefined || read === undefined) return null
  for (const key of ['impact', 'name'] as const) {
    place.entry(key)?.refuse('a check of production is only shown, under this name', `Remove \`${key}\``)
  }
  return { place: read.place, config: { ...read.config, name: productionName, impact: 'none' } }
}
