import { hostPrefix, type Address } from '../../../domain/address.js'
import { visit, type Command } from './command.js'
import type { Dialect } from './dialect.js'
import { readListName, type Holdings, type Internal } from './held.js'
import { areaNumber, type OspfConfiguration } from './running-config.js'
import { isHostStatement, isPerInterface, networksOf } from './standing.js'

/** Each address by itself: a `network`, or an `ip ospf area` where interfaces are put into areas. */
export function ospfdLinks(
  wanted: Holdings,
  configuration: OspfConfiguration,
  dialect: Dialect,
  area: string,
): Command[] {
  const perInterface = isPerInterface(configuration)
  const commands: Command[] = []
  for (const [address, on] of linksOf(configuration, dialect)) {
    const one = wanted.get(address.text)
    if (one?.held.kind === 'internal' && one.held.interface === on) continue
    commands.push(...unlink(address, on, configuration))
  }
  for (const { address, held } of wanted.values()) {
    if (held.kind === 'internal') commands.push(...link(address, held, configuration, perInterface, area))
  }
  return commands
}

/** The addresses in lists of stub links, each with its interface. */
function linksOf({ lists }: OspfConfiguration, dialect: Dialect): (readonly [Address, string])[] {
  return [...lists].flatMap(([name, { addresses }]) => {
    const held = readListName(dialect, name)
    return held?.kind === 'internal' ? [...addresses.values()].map((one) => [one, held.interface] as const) : []
  })
}

function link(
  address: Address,
  { interface: on, metric }: Internal,
  configuration: OspfConfiguration,
  perInterface: boolean,
  area: string,
): Command[] {
  const lines = configuration.interfaces.get(on)
  const cost = lines?.costs.get(address.text)
  const inside: string[] = []
  if (metric !== undefined && cost !== metric) inside.push(`ip ospf cost ${metric} ${address.text}`)
  if (metric === undefined && cost !== undefined) inside.push(`no ip ospf cost ${address.text}`)
  const isIn = perInterface
    ? lines?.areas.get(address.text) === areaNumber(area)
    : networksOf(address, configuration).some(isHostStatement)
  if (perInterface && !isIn) inside.push(`ip ospf area ${area} ${address.text}`)
  const network = perInterface || isIn ? [] : [`network ${hostPrefix(address)} area ${area}`]
  return [...visit(`interface ${on}`, inside, address.text), ...visit('router ospf', network, address.text)]
}

function unlink(address: Address, on: string, configuration: OspfConfiguration): Command[] {
  const lines = configuration.interfaces.get(on)
  const area = lines?.areas.get(address.text)
  const inside = [
    ...(area === undefined ? [] : [`no ip ospf area ${dotted(area)} ${address.text}`]),
    ...(lines?.costs.has(address.text) === true ? [`no ip ospf cost ${address.text}`] : []),
  ]
  const networks = networksOf(address, configuration)
    .filter(isHostStatement)
    .map((statement) => `no network ${statement.prefix.text} area ${dotted(statement.area)}`)
  return [...visit(`interface ${on}`, inside, address.text), ...visit('router ospf', networks, address.text)]
}

/** All addresses of an interface at once: it is in the area while it holds one of ours, and advertises what its list names. */
export function ospf6dLinks(
  wanted: Holdings,
  configuration: OspfConfiguration,
  dialect: Dialect,
  area: string,
  changed: ReadonlySet<string>,
): Command[] {
  const internal = [...wanted.values()].flatMap(({ held }) => (held.kind === 'internal' ? [held] : []))
  const filtered = [...configuration.interfaces].filter(([on, { filter }]) => filter === `${dialect.map}-on-${on}`)
  const all = new Set([...internal.map(({ interface: on }) => on), ...changed, ...filtered.map(([on]) => on)])
  return [...all].flatMap((on) => {
    const held = internal.find((each) => each.interface === on)
    const lines = configuration.interfaces.get(on)
    const filter = `ipv6 ospf6 advertise prefix-list ${dialect.map}-on-${on}`
    const isOurs = lines?.filter === `${dialect.map}-on-${on}`
    if (held === undefined) {
      const area6 = lines?.area ?? null
      const off = [
        ...(area6 === null ? [] : [`no ipv6 ospf6 area ${dotted(area6)}`]),
        'no ipv6 ospf6 advertise prefix-list',
        ...(lines?.cost === null ? [] : ['no ipv6 ospf6 cost']),
      ]
      return isOurs ? visit(`interface ${on}`, off, null) : []
    }
    const cost = lines?.cost ?? undefined
    const inside = [
      ...(held.metric !== undefined && held.metric !== cost ? [`ipv6 ospf6 cost ${held.metric}`] : []),
      ...(held.metric === undefined && cost !== undefined ? ['no ipv6 ospf6 cost'] : []),
      ...(changed.has(on) || !isOurs ? [filter] : []),
      ...(lines?.area === areaNumber(area) ? [] : [`ipv6 ospf6 area ${area}`]),
    ]
    return visit(`interface ${on}`, inside, null)
  })
}

function dotted(area: number): string {
  return [24, 16, 8, 0].map((shift) => (area >>> shift) & 255).join('.')
}
