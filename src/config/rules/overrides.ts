import { hostLength, parseAddress, prefixContains } from '../../domain/address.js'
import type { CheckConfig } from '../../domain/config.js'
import type { ReadFile } from '../read/file.js'
import type { ReadVip } from '../read/vips.js'
import { urlHost } from '../schema/url.js'

/** What an override can't be, and what has no effect without one. */
export function overrideRules({ vips, config, fields }: ReadFile): void {
  for (const vip of vips) {
    if (!vip.fields.good('mode')) continue
    if (vip.config.override === null) {
      refuseStray(vip)
      continue
    }
    refuseFailOpen(vip)
    refuseInterface(vip)
    refuseNetworks(vip)
    refuseSelfTest(vip)
    if (vip.config.override.window === null) continue
    for (const key of ['onStop', 'onCrash'] as const) {
      if (config.lifecycle[key] !== 'keep') continue
      const problem = `nothing ends the window of the VIP \`${vip.config.name}\` while no daemon runs`
      fields.at('lifecycle')?.entry(key)?.warn(problem, `Write \`${key}: withdraw\``)
    }
  }
}

function refuseStray({ config, fields }: ReadVip): void {
  if (!fields.own('override')) return
  const problem = `\`override\` has no meaning for a VIP of mode ${config.mode}`
  fields.place.entry('override')?.refuse(problem, 'Write `mode: override`, or remove it')
}

/** In production's own subnet it has to be silent to ARP, and on any other interface nothing silences it. */
function refuseInterface({ config, fields }: ReadVip): void {
  if (config.interface === 'lo' || !fields.good('interface')) return
  fields.at('interface')?.refuse('a VIP of mode override is silent to ARP on lo alone', 'Write `interface: lo`')
}

/** The address is another server's: what fails gives it back. */
function refuseFailOpen({ config, fields }: ReadVip): void {
  if (config.whenDown.kind === 'withdraw') return
  fields
    .at('whenDown')
    ?.refuse(
      'an override that is down gives the address back to production',
      'Write `whenDown: withdraw`, or remove it',
    )
}

/** Each has to be one that can hold an address, and each address needs one. */
function refuseNetworks({ addresses, override }: ReadVip): void {
  for (const { prefix, place } of override.networks) {
    if (prefix.length === hostLength(prefix.family))
      place.refuse(`${prefix.text} is a host`, 'Write a network that holds an address of this VIP')
    else if (!addresses.some(({ address }) => prefixContains(prefix, address)))
      place.refuse(`${prefix.text} holds no address of this VIP`, 'Write a network that does, or remove it')
  }
  if (override.networks.length === 0) return
  for (const { address, place } of addresses) {
    if (override.networks.some(({ prefix }) => prefixContains(prefix, address))) continue
    const problem = `no network of requireCovering holds ${address.text}, so it would never be announced`
    place.refuse(problem, 'Add one that does to requireCovering')
  }
}

/** Whoever holds the address would be asked, and while it is taken over that is this host. */
function refuseSelfTest({ config, override }: ReadVip): void {
  const { production } = override
  if (
    production === null ||
    !isAimedAt(
      production.config,
      config.addresses.map(({ text }) => text),
    )
  )
    return
  const target = production.place.entry('host') ?? production.place.entry('url') ?? production.place
  target.refuse(
    'this check of production is aimed at the VIP, which this host takes over',
    'Aim it at another address of production',
  )
}

function isAimedAt({ probe, perAddress }: CheckConfig, addresses: readonly string[]): boolean {
  const target = 'url' in probe ? urlHost(probe.url) : 'host' in probe ? probe.host : null
  const address = parseAddress(target ?? '')
  return perAddress || (address !== undefined && addresses.includes(address.text))
}
