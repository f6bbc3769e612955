import { communityText, parseCommunity } from '../../../domain/community.js'

/** Names that FRR writes and takes, where they are not those of IANA. */
const frrNames: ReadonlyMap<string, number> = new Map([
  ['internet', 0],
  ['route-filter-translated-v4', 0xffff0002],
  ['route-filter-v4', 0xffff0003],
  ['route-filter-translated-v6', 0xffff0004],
  ['route-filter-v6', 0xffff0005],
  ['local-AS', 0xffffff03],
])

const textOf: ReadonlyMap<number, string> = new Map([...frrNames].map(([name, value]) => [value, name]))

/** A community as FRR takes it. */
export function frrCommunity(value: number): string {
  return textOf.get(value) ?? communityText(value)
}

/** A community as FRR writes it; undefined when it is none. */
export function parseFrrCommunity(text: string): number | undefined {
  return frrNames.get(text) ?? parseCommunity(text)
}
