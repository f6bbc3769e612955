import type { SourceConfig } from '../../domain/source-config.js'
import { sourceGroupShape, sourceShape } from '../schema/file.js'
import { interfaceName } from '../schema/scalars.js'
import { Fields } from './fields.js'
import type { Place } from './place.js'

/** A group with where each part of it stands. */
export interface ReadSourceGroup {
  /** Undefined when its name could not be read. */
  readonly vip: string | undefined
  readonly vipAt: Place | undefined
  readonly interfaces: readonly { readonly name: string; readonly place: Place }[]
}

export function readSource(place: Place | undefined): {
  readonly config: SourceConfig
  readonly groups: readonly ReadSourceGroup[]
} {
  const fields = place && new Fields(place, sourceShape, { nested: ['groups'] })
  const list = fields?.at('groups')
  const places = list?.expect('list', '[{vip: host, interfaces: [eth0]}]') ? list.items() : []
  const groups = places.map(readGroup)
  const config = {
    enabled: fields?.get('enabled') ?? true,
    groups: groups.flatMap(({ vip, interfaces }) =>
      vip === undefined ? [] : [{ vip, interfaces: interfaces.map(({ name }) => name) }],
    ),
  }
  return { config, groups }
}

function readGroup(place: Place): ReadSourceGroup {
  const fields = new Fields(place, sourceGroupShape, {
    nested: ['interfaces'],
    example: '{vip: host, interfaces: [eth0]}',
  })
  const list = fields.at('interfaces')
  const items = list?.expect('list', '[eth0, eth1]') ? list.items() : []
  if (list?.node.kind === 'list' && items.length === 0) list.refuse('must not be empty', 'List at least one')
  const interfaces = items.flatMap((item) => {
    const name = item.parse(interfaceName(''))
    return name === undefined ? [] : [{ name, place: item }]
  })
  return { vip: fields.get('vip'), vipAt: fields.at('vip'), interfaces }
}
