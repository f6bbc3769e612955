import { hostPrefix, type Address } from '../../../domain/address.js'
import { TargetError } from '../../../domain/target.js'
import type { Dialect } from './dialect.js'
import { guestList, listName, type Held, type Internal } from './held.js'
import { areaNumber, type OspfConfiguration } from './running-config.js'
import { isHostStatement, networksOf, passageOf, type Standing } from './standing.js'

/** The place of a route: which daemon of which router, and its area. */
export interface Place {
  /** Name of the router in the configuration. */
  readonly router: string
  readonly dialect: Dialect
  /** As `0.0.0.0`. */
  readonly area: string
}

/** Why an address can't be announced so without touching what is the operator's; null: nothing stands in the way. */
export function obstacleTo(
  address: Address,
  held: Held,
  configuration: OspfConfiguration,
  standing: ReadonlyMap<string, Standing>,
  place: Place,
): TargetError | null {
  if (held.kind === 'external') return externalObstacle(address, configuration, place)
  const own = standing.get(address.text)?.held.kind === 'internal'
  const found =
    place.dialect.daemon === 'ospfd'
      ? ospfdObstacle(address, held, configuration, own)
      : ospf6dObstacle(held, configuration, place)
  if (found === null) return null
  return refused('conflict', address, place, `${found}; bind it on another interface, or remove that line`)
}

function externalObstacle(address: Address, configuration: OspfConfiguration, place: Place): TargetError | null {
  if (configuration.stubs.has(areaNumber(place.area))) {
    const why = `area ${place.area} is a stub area, which takes no external routes; write \`as: internal\` under \`announce.ospf\``
    return refused('rejected', address, place, why)
  }
  const passage = passageOf(configuration, place.dialect)
  if (passage.kind !== 'taken') return null
  const { instance, match, map } = place.dialect
  const why =
    `\`${instance}\` has \`${passage.line}\`, which is not ours, and there is place for one; remove it, or write ` +
    '`as: internal` under `announce.ospf`, or let ours pass by an entry of its route-map: ' +
    `\`match ${match} ${guestList(place.dialect)}\` and \`call ${map}\``
  return refused('conflict', address, place, why)
}

/** What would announce the address by itself, as soon as it is bound. */
function ospfdObstacle(
  address: Address,
  { interface: on }: Internal,
  configuration: OspfConfiguration,
  own: boolean,
): string | null {
  const lines = configuration.interfaces.get(on)
  if (lines?.area !== null && lines?.area !== undefined) return `\`interface ${on}\` is in OSPF as a whole`
  const network = networksOf(address, configuration).find((each) => !own || !isHostStatement(each))
  if (network !== undefined) return `\`router ospf\` has a \`network ${network.prefix.text}\` that is not ours`
  if (!own && lines?.areas.has(address.text) === true)
    return `\`interface ${on}\` has an \`ip ospf area\` for ${hostPrefix(address)} that is not ours`
  return null
}

/** OSPFv3 has nothing for single addresses: an interface of the operator's carries all that it holds. */
function ospf6dObstacle(held: Internal, { interfaces }: OspfConfiguration, { dialect }: Place): string | null {
  const lines = interfaces.get(held.interface)
  if (lines === undefined || lines.filter === listName(dialect, held)) return null
  if (lines.area === null && lines.filter === null) return null
  return `\`interface ${held.interface}\` is in OSPFv3 by lines that are not ours`
}

function refused(code: 'conflict' | 'rejected', address: Address, { router }: Place, why: string): TargetError {
  return new TargetError(code, `router ${router}: did not announce ${address.text}: ${why}`)
}
