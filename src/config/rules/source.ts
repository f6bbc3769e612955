import { nearest } from '../nearest.js'
import type { ReadFile } from '../read/file.js'
import type { Place } from '../read/place.js'
import type { ReadSourceGroup } from '../read/source.js'

/** Each group has a VIP of its own, which no other host announces, and interfaces of its own. */
export function sourceRules(file: ReadFile): void {
  const vips = new Map<string, Place>()
  const interfaces = new Map<string, Place>()
  for (const group of file.sourceGroups) {
    requireUniqueVip(group, file)
    if (group.vip !== undefined && group.vipAt !== undefined)
      refuseSecond(group.vip, group.vipAt, vips, 'Give a VIP one group, and list all of its interfaces there')
    for (const { name, place } of group.interfaces) {
      if (name === 'lo') place.refuse('nothing leaves through `lo`', 'List the interfaces that lead out of this host')
      refuseSecond(name, place, interfaces, 'Give an interface to one group')
    }
  }
}

/** Replies to a source that other hosts announce as well would go to any of them. */
function requireUniqueVip({ vip, vipAt }: ReadSourceGroup, { vips }: ReadFile): void {
  if (vip === undefined || vipAt === undefined) return
  const found = vips.find(({ config }) => config.name === vip)
  if (found === undefined) {
    const names = vips.map(({ config }) => config.name)
    const meant = nearest(vip, names)
    const remedy =
      meant === undefined ? `Name one of the VIPs: ${names.join(', ') || 'none'}` : `Did you mean \`${meant}\`?`
    vipAt.refuse(`there is no VIP \`${vip}\``, remedy)
  } else if (found.config.mode === 'local') {
    vipAt.refuse(`the VIP \`${vip}\` is of mode local and never announced`, 'Name a VIP that is announced')
  } else if (!found.config.unique && found.fields.good('unique')) {
    vipAt.refuse(
      `the VIP \`${vip}\` may be announced by other hosts too: replies to it could go there`,
      `Write \`unique: true\` at \`vips.${vip}\` if this host alone announces it, or name another VIP`,
    )
  }
}

function refuseSecond(name: string, place: Place, seen: Map<string, Place>, remedy: string): void {
  const before = seen.get(name)
  if (before === undefined) seen.set(name, place)
  else place.refuse(`\`${name}\` is in a group already (line ${place.problems.lineOf(before.at)})`, remedy)
}
