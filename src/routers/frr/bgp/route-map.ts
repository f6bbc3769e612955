import { createHash } from 'node:crypto'
import { parseAddress, type Address } from '../../../domain/address.js'
import {
  sameAttributes,
  type BgpAttributes,
  type FittedAttributes,
  type LargeCommunity,
} from '../../../domain/attributes.js'
import { frrCommunity, parseFrrCommunity } from './communities.js'

/** What every object of ours in FRR is called by. */
export const ourName = 'vipcast-'

/**
 * The weight of our paths (`vipc` in ASCII). It never leaves the router. There it tells our path from one of the operator's
 * without a look at the configuration, and lets ours win where he redistributes the same host route: the
 * attributes that neighbors see are those that were asked for.
 */
export const ourWeight = 0x76697063

/** One entry of a route-map, as FRR writes it. */
export interface RouteMapEntry {
  readonly action: string
  /** `match …` and others beside `set`. */
  readonly conditions: readonly string[]
  /** What follows `set`. */
  readonly sets: readonly string[]
}

/**
 * The name of the route-map that gives a route these attributes. It tells the content: a map that is in use never changes,
 * since a change of one reaches neighbors only after `bgp route-map delay-timer`. `variant`: where somebody gave the map of that
 * name another content, the next one is taken.
 */
export function mapName(attributes: FittedAttributes, asn: number, variant = 0): string {
  const content = JSON.stringify([setsOf(attributes, asn)])
  const digest = createHash('sha256').update(content).digest('hex').slice(0, 12)
  return `${ourName}${digest}${variant === 0 ? '' : `-${variant}`}`
}

/** The commands that make the map, from the configuration's top node. */
export function makeMap(name: string, attributes: FittedAttributes, asn: number): string[] {
  return [`route-map ${name} permit 10`, ...setsOf(attributes, asn).map((set) => `set ${set}`), 'exit']
}

/** The attributes that a map of ours gives; null when it is not as we make them. */
export function attributesOfMap(entries: readonly RouteMapEntry[]): FittedAttributes | null {
  const [entry, ...others] = entries
  if (entry === undefined || others.length > 0 || entry.action !== 'permit' || entry.conditions.length > 0) return null
  let attributes: FittedAttributes = { bgp: {}, ospf: {} }
  let marked = false
  for (const set of entry.sets) {
    if (set === `weight ${ourWeight}`) {
      marked = true
      continue
    }
    const read = readSet(set)
    if (read === null) return null
    attributes = { ...attributes, ...read, bgp: { ...attributes.bgp, ...read.bgp } }
  }
  return marked ? attributes : null
}

/** Whether a map of that content would serve for these attributes. */
export function serves(entries: readonly RouteMapEntry[], attributes: FittedAttributes): boolean {
  const held = attributesOfMap(entries)
  return held !== null && sameAttributes(held, { ...attributes, ospf: {} })
}

/** What the map sets; what is absent stays unset, so that each session's defaults hold. */
function setsOf({ bgp, nextHop }: FittedAttributes, asn: number): string[] {
  const { med, localPref, communities = [], largeCommunities = [], prepend = 0 } = bgp
  const large = largeCommunities.map(largeText).sort()
  return [
    `weight ${ourWeight}`,
    ...(med === undefined ? [] : [`metric ${med}`]),
    ...(localPref === undefined ? [] : [`local-preference ${localPref}`]),
    ...(communities.length === 0 ? [] : [`community ${inOrder(communities).map(frrCommunity).join(' ')}`]),
    ...(large.length === 0 ? [] : [`large-community ${large.join(' ')}`]),
    ...(prepend === 0 ? [] : [`as-path prepend ${Array<number>(prepend).fill(asn).join(' ')}`]),
    ...(nextHop === undefined
      ? []
      : [nextHop.family === 'ipv4' ? `ip next-hop ${nextHop.text}` : `ipv6 next-hop global ${nextHop.text}`]),
  ]
}

function readSet(set: string): { readonly bgp: BgpAttributes; readonly nextHop?: Address } | null {
  const [, word = '', rest = ''] = /^(as-path prepend|ip next-hop|ipv6 next-hop global|\S+) (.+)$/.exec(set) ?? []
  const values = rest.split(' ')
  switch (word) {
    case 'metric':
      return isNumber(rest) ? { bgp: { med: Number(rest) } } : null
    case 'local-preference':
      return isNumber(rest) ? { bgp: { localPref: Number(rest) } } : null
    case 'community':
      return readAll(values, parseFrrCommunity, (communities) => ({ communities }))
    case 'large-community':
      return readAll(values, parseLarge, (largeCommunities) => ({ largeCommunities }))
    case 'as-path prepend':
      return { bgp: { prepend: values.length } }
    case 'ip next-hop':
    case 'ipv6 next-hop global': {
      const nextHop = parseAddress(rest)
      return nextHop === undefined ? null : { bgp: {}, nextHop }
    }
    default:
      return null
  }
}

function readAll<T>(
  texts: readonly string[],
  parse: (text: string) => T | undefined,
  build: (values: readonly T[]) => BgpAttributes,
): { readonly bgp: BgpAttributes } | null {
  const values = texts.flatMap((text) => parse(text) ?? [])
  return values.length === texts.length ? { bgp: build(values) } : null
}

function parseLarge(text: string): LargeCommunity | undefined {
  const parts = /^(\d+):(\d+):(\d+)$/.exec(text)
  if (parts === null) return undefined
  const [globalAdmin = 0, localData1 = 0, localData2 = 0] = parts.slice(1).map(Number)
  return { globalAdmin, localData1, localData2 }
}

function largeText({ globalAdmin, localData1, localData2 }: LargeCommunity): string {
  return `${globalAdmin}:${localData1}:${localData2}`
}

function inOrder(numbers: readonly number[]): number[] {
  return [...numbers].sort((a, b) => a - b)
}

function isNumber(text: string): boolean {
  return /^\d+$/.test(text)
}
