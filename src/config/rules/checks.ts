import { parseAddress } from '../../domain/address.js'
import { bindsWithRoute, isAtTimes } from '../../domain/bond.js'
import type { CheckConfig, RouterConfig, VipConfig } from '../../domain/config.js'
import type { ReadFile } from '../read/file.js'
import type { ReadVip } from '../read/vips.js'
import { urlHost } from '../schema/url.js'

/** What the checks of a VIP can't do together. */
export function checkRules({ config, vips }: ReadFile): void {
  for (const vip of vips) {
    if (!vip.checks.complete || !vip.fields.good('require')) continue
    if (enoughChecks(vip)) refuseDeadlock(vip, config.routers)
  }
}

/** `require` counts checks whose impact is withdraw. */
function enoughChecks({ config, fields }: ReadVip): boolean {
  const counted = config.checks.filter(({ impact }) => impact === 'withdraw').length
  if (config.require.kind !== 'count' || config.require.count <= counted) return true
  fields
    .at('require')
    ?.refuse(
      `so many can't pass: this VIP has ${counted} check${counted === 1 ? '' : 's'} with impact withdraw`,
      counted === 0 ? 'Remove `require`, or add checks' : `Write at most ${counted}, or add checks`,
    )
  return false
}

/**
 * A probe aimed at a VIP is sent only while the kernel holds the address. With `bind: announced` it is not held before
 * it is announced, and is not announced before enough checks passed: when those aimed elsewhere are not enough, never.
 */
function refuseDeadlock({ config, fields, checks }: ReadVip, routers: readonly RouterConfig[]): void {
  if (config.bind !== 'announced' || !fields.good('bind', 'mode')) return
  const counted = checks.checks.filter(({ config: check }) => check.impact === 'withdraw')
  const aimed = counted.filter(({ config: check }) => isAimedAt(check, config))
  if (counted.length - aimed.length >= needed(config, counted.length)) return
  const elsewhere = 'aim the check at another address of the service, such as 127.0.0.1'
  const mayStay =
    !isAtTimes(config.mode) &&
    !routers.some((router) => config.routers.includes(router.name) && bindsWithRoute(router, config))
  for (const { place } of aimed) {
    const target = place.entry('host') ?? place.entry('url') ?? place
    target.refuse(
      'this check is aimed at its own VIP, which is bound only while announced: neither can be first',
      mayStay ? `Write \`bind: always\`, or ${elsewhere}` : `${elsewhere.charAt(0).toUpperCase()}${elsewhere.slice(1)}`,
    )
  }
}

function needed({ require }: VipConfig, counted: number): number {
  if (require.kind === 'all') return counted
  return require.kind === 'any' ? Math.min(counted, 1) : require.count
}

/** Whether the probe goes to an address of the VIP itself. */
function isAimedAt({ probe }: CheckConfig, { addresses }: VipConfig): boolean {
  const target = 'url' in probe ? probe.url : 'host' in probe ? probe.host : null
  if (target === null) return false
  if (target.includes('${address}')) return true
  const address = parseAddress(('url' in probe ? urlHost(target) : target) ?? '')
  return addresses.some(({ text }) => text === address?.text)
}
