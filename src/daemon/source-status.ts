import type { Address } from '../domain/address.js'
import type { VipConfig } from '../domain/config.js'
import type { AddressStatus, SourcesStatus } from '../domain/snapshot.js'
import { sourcesOf } from '../domain/source.js'
import type { SourceUnit } from './source-unit.js'

interface Sources {
  readonly sources: SourceUnit
}

/** The groups, and what is made of them. */
export function sourcesStatus({ sources }: Sources): SourcesStatus {
  const { enabled, groups } = sources.groups
  const through = new Map<string, number>()
  for (const { interfaces } of sources.routes.twins)
    for (const name of new Set(interfaces)) through.set(name, (through.get(name) ?? 0) + 1)
  return {
    enabled,
    groups: groups.map(({ vip, interfaces }) => ({
      vip: vip.name,
      addresses: sourcesOf(vip).map((address) => ({ address, state: sources.stateOf(address.text) })),
      interfaces: interfaces.map((each) => ({ ...each, routes: through.get(each.name) ?? 0 })),
    })),
    kept: sources.routes.kept,
    error: sources.error?.message ?? null,
  }
}

/** One address; null: it is no source, and is not meant to be one. */
export function sourceStatus({ sources }: Sources, { name }: VipConfig, address: Address): AddressStatus['source'] {
  const group = sources.groups.groups.find(({ vip }) => vip.name === name)
  if (group === undefined || !sourcesOf(group.vip).some(({ text }) => text === address.text)) return null
  const interfaces = group.interfaces.filter(({ enabled }) => enabled).map((each) => each.name)
  return { state: sources.stateOf(address.text), interfaces }
}
