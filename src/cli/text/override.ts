import type { VipDocument } from '../../control/client.js'
import type { Style } from './style.js'
import { between, localTime, spanText, type OutlineLine } from './words.js'

type OverrideDocument = NonNullable<VipDocument['override']>
type AddressDocument = VipDocument['addresses'][number]
type CheckDocument = VipDocument['checks'][number]
type LearnedDocument = AddressDocument['covering'][number]

/** How far an override has come; nothing for another mode. */
export function overrideLines({ name, override }: VipDocument, now: string | null): OutlineLine[] {
  return override === null ? [] : [[0, `Override: ${stateText(name, override, now)}.`]]
}

function stateText(name: string, { takenAt, windowEnd, latchedAt }: OverrideDocument, now: string | null): string {
  const rearm = `\`vipcast rearm ${name}\` takes it over again`
  if (latchedAt !== null) return `it failed ${spanText(between(latchedAt, now))} ago and was given back; ${rearm}`
  if (takenAt === null) return 'armed; it has not been taken over yet'
  if (windowEnd === null) return `taken over first ${spanText(between(takenAt, now))} ago, with no window`
  const left = between(now, windowEnd)
  return left > 0
    ? `its window ends in ${spanText(left)}, at ${localTime(windowEnd)}`
    : `its window ended ${spanText(between(windowEnd, now))} ago; ${rearm}`
}

/** Where the traffic goes once this host withdraws, and who else announces the address. */
export function aroundLines({ covering, conflicts }: Pick<AddressDocument, 'covering' | 'conflicts'>): OutlineLine[] {
  const [first, ...others] = covering
  return [
    ...conflicts.map((route): OutlineLine => [1, `also announced: ${routeText(route)}`]),
    [1, first === undefined ? 'falls back to: no route that is known here' : `falls back to: ${routeText(first)}`],
    ...others.map((route): OutlineLine => [2, `behind it: ${routeText(route)}`]),
  ]
}

function routeText({ prefix, text }: Pick<LearnedDocument, 'prefix' | 'text'>): string {
  return `${prefix}, ${text}`
}

/** The check of production, where it does not pass: whoever falls back falls on that. */
export function productionTrouble({ name, override, checks }: VipDocument, style: Style): string[] {
  const check = override === null ? undefined : checks.find((one) => one.name === override.production)
  if (check?.verdict !== 'failing') return []
  return [style.yellow(`${name}: production fails its check, and would be fallen back to: ${said(check)}`)]
}

function said({ last }: CheckDocument): string {
  return last === null ? 'no result yet' : last.detail
}
