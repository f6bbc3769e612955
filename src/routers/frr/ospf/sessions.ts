import type { Session } from '../../../domain/target.js'
import { isMap, mapAt, mapsAt, textAt, type JsonMap } from '../json.js'
import type { Dialect } from './dialect.js'

const byNumber = new Intl.Collator('en', { numeric: true })

/** The neighbors that `show … neighbor json` lists, in the order of their names. A neighbor that is Full has our routes. */
export function readSessions(
  neighbors: JsonMap,
  { family, show }: Dialect,
  sent: ReadonlySet<string>,
): readonly Session[] {
  const protocol = show.split(' ').at(-1) ?? ''
  return rowsOf(neighbors)
    .map(({ name, state }): Session => {
      const established = state === 'full'
      // Neighbors of both versions bear the same router id; the name tells them apart, and from those of BGP.
      const neighbor = `${protocol} ${name}`
      return { neighbor, kind: 'ospf', state, established, transport: family, families: [family], sent }
    })
    .sort((a, b) => byNumber.compare(a.neighbor, b.neighbor))
}

interface Row {
  /** `192.0.2.34%eth3`: the neighbor's address, or its router id where that is all there is. */
  readonly name: string
  /** `full`, `2-way`, … */
  readonly state: string
}

/** ospfd lists by router id, ospf6d all in one list. */
function rowsOf(neighbors: JsonMap): readonly Row[] {
  const byId = mapAt(neighbors, 'neighbors')
  const rows = Object.values(byId).flatMap((list) => (Array.isArray(list) ? list.filter(isMap) : []))
  return [...rows, ...mapsAt(neighbors, 'neighbors')].map((row) => {
    const address = textAt(row, 'ifaceAddress') || textAt(row, 'address') || textAt(row, 'neighborId')
    const [on] = (textAt(row, 'ifaceName') || textAt(row, 'interfaceName')).split(':')
    const [state = ''] = (textAt(row, 'nbrState') || textAt(row, 'state')).split('/')
    return { name: `${address}%${on}`, state: state.toLowerCase() }
  })
}
