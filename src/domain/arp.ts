import type { Address } from './address.js'
import type { TargetError } from './target.js'

/** The kernel's settings by which it answers and asks by ARP; `all` and each interface has both, and the larger one counts. */
export const arpSettings = ['arp_ignore', 'arp_announce'] as const
export type ArpSetting = (typeof arpSettings)[number]
export type ArpValues = Readonly<Record<ArpSetting, number>>

/** What interfaces to come are born with, beside the names of those that are there. */
export const bornWith = 'default'

export interface ArpObserved {
  readonly all: ArpValues
  /** By name of the interface, or `default`; `lo` is none that anybody asks on. */
  readonly places: ReadonlyMap<string, ArpValues>
  /** Whether `route_localnet` holds on `lo`: the kernel then takes its scope `host` for one that others may ask for. */
  readonly routesLocalnet: boolean
}

export interface ArpChange {
  readonly place: string
  readonly setting: ArpSetting
  readonly value: number
}

/** What a setting was, and what it is while we need it; the same where it was right. */
export interface KeptSetting {
  readonly former: number
  readonly ours: number
}

/** By place and setting: `eth0/arp_ignore`. */
export type KeptSettings = ReadonlyMap<string, KeptSetting>

export function keyOf({ place, setting }: Pick<ArpChange, 'place' | 'setting'>): string {
  return `${place}/${setting}`
}

/**
 * What silences a VIP on `lo`, and nothing else: with `arp_ignore` 3 the kernel answers for every address of the host but
 * those of scope `host`; with `arp_announce` 2 it asks by an address of the interface and never by the VIP that a
 * packet leaves from.
 */
const ours: ArpValues = { arp_ignore: 3, arp_announce: 2 }

/**
 * Values that keep a VIP on `lo` silent: 1 and 2 answer for the addresses of the interface that was asked on alone, 8 for none; a
 * value that the kernel does not know counts as 0. `arp_announce` 1 would do for a VIP in no subnet of this host.
 */
const silent: Readonly<Record<ArpSetting, ReadonlySet<number>>> = {
  arp_ignore: new Set([1, 2, 3, 8]),
  arp_announce: new Set([2]),
}

export type Silencing =
  | {
      readonly kind: 'possible'
      /** What is to be kept of each setting from now on; an absent one is of an interface that is gone. */
      readonly kept: KeptSettings
      readonly changes: readonly ArpChange[]
      /** Whether it silences addresses on `lo` of any scope: no interface answers for others' addresses. */
      readonly anyScope: boolean
    }
  | { readonly kind: 'impossible'; readonly why: string }

/**
 * The settings that silence the VIPs, one by one:
 *
 * | now                          | kept of it before  | it becomes | to be put back |
 * |------------------------------|--------------------|------------|----------------|
 * | silent                       | nothing            | -          | nothing |
 * | ours                         | nothing, and `default` was changed: it was born with it | - | what `default` was |
 * | ours                         | as ours            | -          | as before |
 * | silent                       | as another value: somebody changed it | - | nothing: it is his |
 * | not silent                   | anything           | ours       | what it was now |
 */
export function planSilence({ all, places, routesLocalnet }: ArpObserved, before: KeptSettings): Silencing {
  const kept = new Map<string, KeptSetting>()
  const changes: ArpChange[] = []
  const born = new Map(arpSettings.map((setting) => [setting, before.get(keyOf({ place: bornWith, setting }))]))
  let anyScope = true
  for (const [place, values] of places) {
    for (const setting of arpSettings) {
      const now = values[setting]
      const value = isSilent(setting, now, all) ? now : ours[setting]
      if (!isSilent(setting, value, all)) return { kind: 'impossible', why: hiddenBy(setting, all[setting]) }
      const key = keyOf({ place, setting })
      kept.set(key, { former: formerOf(now, before.get(key), born.get(setting)), ours: value })
      if (value !== now) changes.push({ place, setting, value })
      if (setting === 'arp_ignore' && Math.max(value, all[setting]) === ours[setting]) anyScope = false
    }
  }
  if (routesLocalnet && !anyScope) return { kind: 'impossible', why: localnetHides }
  return { kind: 'possible', kept, changes, anyScope }
}

/**
 * What puts the settings back. One that somebody else changed meanwhile is his; an interface that nobody knew of was born with
 * what `default` was.
 */
export function planPutBack({ places }: ArpObserved, kept: KeptSettings): ArpChange[] {
  return [...places].flatMap(([place, values]) =>
    arpSettings.flatMap((setting) => {
      const known = kept.get(keyOf({ place, setting })) ?? kept.get(keyOf({ place: bornWith, setting }))
      const isOurs = known !== undefined && known.ours !== known.former && values[setting] === known.ours
      return isOurs ? [{ place, setting, value: known.former }] : []
    }),
  )
}

function formerOf(now: number, before: KeptSetting | undefined, born: KeptSetting | undefined): number {
  const known = before ?? born
  return known !== undefined && known.ours === now ? known.former : now
}

function isSilent(setting: ArpSetting, value: number, all: ArpValues): boolean {
  return silent[setting].has(Math.max(value, all[setting]))
}

function hiddenBy(setting: ArpSetting, value: number): string {
  const name = `net.ipv4.conf.all.${setting}`
  return `${name} is ${value}, which the kernel takes for 0 on every interface whatever they say; set it to 0`
}

const localnetHides =
  'route_localnet is on for lo, so that the kernel answers for its addresses of scope host too; set net.ipv4.conf.all.route_localnet and net.ipv4.conf.lo.route_localnet to 0, or net.ipv4.conf.all.arp_ignore to 1'

/** Whether this host keeps silent about the VIPs that it is to be silent about. */
export type Silence =
  /** None is to be, or it is not looked into yet. */
  | { readonly kind: 'pending' }
  /** `anyScope`: about those on `lo` that are not of scope `host` too. */
  | { readonly kind: 'silent'; readonly anyScope: boolean }
  | { readonly kind: 'failed'; readonly error: TargetError }

/** Whether neighbors get no answer for the address while it is bound on that interface. IPv6 answers for `lo` on no other. */
export function isSilentOn(
  device: string,
  { family }: Pick<Address, 'family'>,
  hostScope: boolean,
  silence: Silence,
): boolean {
  if (device !== 'lo') return false
  return family === 'ipv6' || (silence.kind === 'silent' && (hostScope || silence.anyScope))
}
