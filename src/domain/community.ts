/** Communities that have a name of their own (IANA, BGP Well-known Communities). */
const wellKnown: ReadonlyMap<string, number> = new Map([
  ['graceful-shutdown', 0xffff0000],
  ['accept-own', 0xffff0001],
  ['llgr-stale', 0xffff0006],
  ['no-llgr', 0xffff0007],
  ['blackhole', 0xffff029a],
  ['no-export', 0xffffff01],
  ['no-advertise', 0xffffff02],
  ['no-export-subconfed', 0xffffff03],
  ['no-peer', 0xffffff04],
])

const names: ReadonlyMap<number, string> = new Map([...wellKnown].map(([name, value]) => [value, name]))

/** Names that `parseCommunity` knows, for messages. */
export const wellKnownCommunities: readonly string[] = [...wellKnown.keys()]

/** Parses `65001:100` or a well-known name to 32 bits; undefined when it is neither. */
export function parseCommunity(text: string): number | undefined {
  const known = wellKnown.get(text)
  if (known !== undefined) return known
  const parts = /^(\d{1,5}):(\d{1,5})$/.exec(text)
  if (parts === null) return undefined
  const [high, low] = [Number(parts[1]), Number(parts[2])]
  return high > 0xffff || low > 0xffff ? undefined : high * 0x10000 + low
}

/** A community as people write it: its name when it has one, else `65001:100`. */
export function communityText(value: number): string {
  return names.get(value) ?? `${Math.floor(value / 0x10000)}:${value % 0x10000}`
}
