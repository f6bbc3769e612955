import { frrWithGrpc, unpackedOfDebian, type Unpacked } from '../support/debian.js'

/**
 * The columns of the matrix: the contract suite of a router, and the failover story over each protocol; what an FRR built
 * with gRPC serves there.
 */
export const columns = ['contract', 'BGP', 'OSPF', 'RIP', 'gRPC'] as const
export type Column = (typeof columns)[number]

/** What a routing daemon does in the test, and what is tried with it there. */
export type Role = keyof typeof roles

const roles = {
  gobgp: { software: 'GoBGP', place: 'beside vipcast', columns: ['contract', 'BGP'] },
  frr: { software: 'FRR', place: 'beside vipcast', columns: ['contract', 'BGP', 'OSPF'] },
  frrGrpc: { software: 'FRR', place: 'built with gRPC', columns: ['contract', 'BGP', 'gRPC'] },
  frrKernel: { software: 'FRR', place: 'at router kernel', columns: ['BGP', 'OSPF', 'RIP'] },
  birdKernel: { software: 'BIRD', place: 'at router kernel', columns: ['BGP', 'OSPF', 'RIP'] },
  birdUpstream: { software: 'BIRD', place: 'upstream of gobgpd', columns: ['BGP'] },
} as const satisfies Record<string, { software: string; place: string; columns: readonly Column[] }>

/** One release of one routing daemon in one role. */
export interface Row {
  /** For the command line and for files: gobgp-trixie. */
  readonly key: string
  readonly role: Role
  readonly software: string
  readonly place: string
  readonly columns: readonly Column[]
  /** The Debian release, and the package in it. */
  readonly debian: string
  readonly package: string
}

export const rows: readonly Row[] = [
  row('gobgp', 'bookworm', 'gobgpd'),
  row('gobgp', 'trixie', 'gobgpd'),
  row('gobgp', 'sid', 'gobgpd'),
  row('frr', 'bookworm', 'frr'),
  row('frr', 'trixie', 'frr'),
  row('frr', 'sid', 'frr'),
  row('frrGrpc', 'bookworm', 'frr'),
  row('frrKernel', 'bookworm', 'frr'),
  row('frrKernel', 'trixie', 'frr'),
  row('frrKernel', 'sid', 'frr'),
  row('birdKernel', 'bookworm', 'bird2'),
  row('birdKernel', 'sid', 'bird2'),
  row('birdKernel', 'sid', 'bird3'),
  row('birdUpstream', 'bookworm', 'bird2'),
  row('birdUpstream', 'sid', 'bird2'),
  row('birdUpstream', 'sid', 'bird3'),
]

function row(role: Role, debian: string, packageName: string): Row {
  return { key: `${role}-${packageName}-${debian}`, role, debian, package: packageName, ...roles[role] }
}

/** Gets what a row is about. Throws a sentence when it can't be had. */
export function obtain({ role, debian, package: name }: Row): Promise<Unpacked> {
  return role === 'frrGrpc' ? frrWithGrpc() : unpackedOfDebian(debian, name)
}
