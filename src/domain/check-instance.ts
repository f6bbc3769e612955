import type { Address } from './address.js'
import type { CheckConfig, Probe, VipConfig } from './config.js'

/** One check as it runs: of the whole VIP, or of one of its addresses when it is aimed at `${address}`. */
export interface CheckInstance {
  readonly vip: string
  readonly check: CheckConfig
  /** Null: its verdict counts for every address of the VIP. */
  readonly address: Address | null
  /** The probe with `${address}` filled in. */
  readonly probe: Probe
}

/** Identity of an instance in the scheduler, the snapshot and the log: `vip/check` or `vip/check@address`. */
export function instanceKey(instance: Pick<CheckInstance, 'vip' | 'address'> & { check: { name: string } }): string {
  const base = `${instance.vip}/${instance.check.name}`
  return instance.address === null ? base : `${base}@${instance.address.text}`
}

/** What probing needs of an instance. Two instances that agree in all of this share their probes and their state. */
export type Shared = Pick<CheckInstance, 'probe' | 'check'>

/** Identity of what is shared. */
export function sharingKey({ probe, check }: Shared): string {
  return JSON.stringify([
    probe,
    check.interval,
    check.fastInterval,
    check.timeout,
    check.rise,
    check.fall,
    check.tripwire,
  ])
}

/** Every instance of a VIP's checks, in the order of the configuration. */
export function checkInstances(vip: VipConfig): CheckInstance[] {
  return vip.checks.flatMap((check): CheckInstance[] =>
    check.perAddress
      ? vip.addresses.map((address) => ({ vip: vip.name, check, address, probe: fillAddress(check.probe, address) }))
      : [{ vip: vip.name, check, address: null, probe: check.probe }],
  )
}

/** Whether any text of the probe asks for the address. */
export function asksForAddress(probe: Probe): boolean {
  return asks(probe)
}

const placeholder = '${address}'

/** Texts stand inside lists and maps too: arguments of a command, headers. */
function asks(value: unknown): boolean {
  if (typeof value === 'string') return value.includes(placeholder)
  return typeof value === 'object' && value !== null && Object.values(value).some(asks)
}

/** A URL needs an IPv6 address in brackets (RFC 3986 section 3.2.2), every other text the bare one. */
function fillAddress<P extends Probe>(probe: P, address: Address): P {
  return fill(probe, address, false) as P
}

function fill(value: unknown, address: Address, inUrl: boolean): unknown {
  if (typeof value === 'string') return fillText(value, address, inUrl)
  if (Array.isArray(value)) return value.map((item: unknown) => fill(item, address, false))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fill(item, address, key === 'url')]))
}

function fillText(value: string, { family, text }: Address, inUrl: boolean): string {
  if (!inUrl) return value.replaceAll(placeholder, text)
  const host = family === 'ipv6' ? `[${text}]` : text
  return value.replaceAll(`[${placeholder}]`, host).replaceAll(placeholder, host)
}
