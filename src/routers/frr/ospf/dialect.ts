import type { Family } from '../../../domain/address.js'

/** How one of FRR's two OSPF daemons is spoken to, and what our objects in it are called. */
export interface Dialect {
  readonly daemon: 'ospfd' | 'ospf6d'
  readonly family: Family
  /** The node of its one instance. */
  readonly instance: 'router ospf' | 'router ospf6'
  /** What begins a line of a prefix-list. */
  readonly list: 'ip prefix-list' | 'ipv6 prefix-list'
  /** The condition of a route-map on a prefix-list. */
  readonly match: 'ip address prefix-list' | 'ipv6 address prefix-list'
  /** Our route-map, and what the names of our prefix-lists begin with. FRR saves the maps of all daemons in one file. */
  readonly map: 'vipcast-ospf' | 'vipcast-ospf6'
  /** What begins the lines of an interface. */
  readonly onInterface: 'ip ospf' | 'ipv6 ospf6'
  readonly show: 'show ip ospf' | 'show ipv6 ospf6'
}

export const ospfd: Dialect = {
  daemon: 'ospfd',
  family: 'ipv4',
  instance: 'router ospf',
  list: 'ip prefix-list',
  match: 'ip address prefix-list',
  map: 'vipcast-ospf',
  onInterface: 'ip ospf',
  show: 'show ip ospf',
}

export const ospf6d: Dialect = {
  daemon: 'ospf6d',
  family: 'ipv6',
  instance: 'router ospf6',
  list: 'ipv6 prefix-list',
  match: 'ipv6 address prefix-list',
  map: 'vipcast-ospf6',
  onInterface: 'ipv6 ospf6',
  show: 'show ipv6 ospf6',
}
