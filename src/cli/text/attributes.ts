import type { AttributesDocument } from '../../control/client.js'
import type { SessionKind } from '../../domain/target.js'

/** One attribute that is set: its key in the configuration, and its value. */
type Setting = readonly [key: string, value: string]

function settings({ bgp, ospf, nextHop }: AttributesDocument): Setting[] {
  const all: readonly (readonly [string, string | number | null | undefined])[] = [
    ['med', bgp?.med],
    ['localPref', bgp?.localPref],
    ['communities', bgp?.communities.join(' ')],
    ['largeCommunities', bgp?.largeCommunities.join(' ')],
    ['prepend', bgp?.prepend],
    ['ospf as', ospf?.as],
    ['ospf metric', ospf?.metric],
    ['ospf metricType', ospf?.metricType],
    ['nextHop', nextHop],
  ]
  return all.flatMap(([key, value]): Setting[] =>
    value === null || value === undefined || value === '' ? [] : [[key, String(value)]],
  )
}

/** `med 100, communities 65001:53 no-export`; empty when none is set. */
export function attributesText(attributes: AttributesDocument): string {
  return settings(attributes)
    .map((setting) => setting.join(' '))
    .join(', ')
}

/** Those of them that reach a neighbor of that kind, as a text. */
export function effectText(attributes: AttributesDocument, kind: SessionKind): string {
  const reaching = settings(attributes).filter(([key]) => reaches(key, kind))
  return reaching.map((setting) => setting.join(' ')).join(', ')
}

/** LOCAL_PREF stays inside an AS, and a prepended path comes back over iBGP as a loop. */
export function reaches(key: string, kind: SessionKind): boolean {
  if (kind === 'ospf' || key.startsWith('ospf ')) return kind === 'ospf' && key.startsWith('ospf ')
  return key !== (kind === 'ebgp' ? 'localPref' : 'prepend')
}

const kinds = { ebgp: 'eBGP', ibgp: 'iBGP', ospf: 'OSPF' } satisfies Record<SessionKind, string>

/** A daemon of another release may have a kind more. */
export function kindText(kind: string): string {
  return kinds[kind as SessionKind] ?? kind
}
