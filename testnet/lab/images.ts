/** What a node's `image` stands for: a program of this machine, and how the node runs it. */
export interface Image {
  /** The node's main program when the topology gives no `cmd`; empty: none. */
  readonly cmd: readonly string[]
  /** Programs that have to be installed. */
  readonly programs: readonly string[]
  /** Directories that the program expects, as its Debian unit would make them. */
  readonly directories: readonly string[]
}

/** By name: `image: local:<name>`. */
export const images: ReadonlyMap<string, Image> = new Map([
  ['none', { cmd: [], programs: [], directories: [] }],
  ['bird', { cmd: ['bird', '-f'], programs: ['bird', 'birdc'], directories: ['/run/bird'] }],
  ['frr', { cmd: ['frr'], programs: ['vtysh'], directories: ['/etc/frr'] }],
  ['gobgpd', { cmd: ['gobgpd', '-f', '/etc/gobgpd.conf'], programs: ['gobgpd', 'gobgp'], directories: [] }],
])
