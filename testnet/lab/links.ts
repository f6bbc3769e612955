import type { LabNode } from './node.js'
import { pidInNamespace } from './proc.js'
import type { Endpoint, Topology } from './topology.js'

/** One end of a link. */
export interface LabLink {
  /**
   * Takes this end down, as `ip link set … down` does: the other end loses its carrier. This end's node loses the routes
   * through it, and gets only the connected ones back; take down the other end to spare them.
   */
  down(): Promise<void>
  up(): Promise<void>
}

export function linkEnd(node: LabNode, name: string): LabLink {
  const set = async (state: string): Promise<void> => {
    await node.output(['ip', 'link', 'set', 'dev', name, state])
  }
  return { down: () => set('down'), up: () => set('up') }
}

/** Input of `ip -batch`: makes every link, each end in the namespace of its node. `pids` are outside ones. */
export function linkCommands(links: Topology['links'], pids: ReadonlyMap<string, number>): string {
  const place = (end: Endpoint): string => `name ${end.interface} netns ${pidInNamespace(pids.get(end.node) ?? 0)}`
  return links.map(([a, b]) => `link add ${place(a)} type veth peer ${place(b)}\n`).join('')
}

/** Input of `ip -batch` in a node: brings up all that it has. */
export function upCommands(links: Topology['links'], node: string): string {
  const names = links.flat().flatMap((end) => (end.node === node ? [end.interface] : []))
  return ['lo', ...names].map((name) => `link set dev ${name} up\n`).join('')
}
