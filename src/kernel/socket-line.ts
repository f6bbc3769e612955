import { parseAddress } from '../domain/address.js'
import type { LocalSocket } from '../domain/tripwire.js'

/** A socket that `ss` listed. */
export interface ListedSocket extends LocalSocket {
  /** Who holds it, each process once; empty when this user may not know. */
  readonly holders: readonly Holder[]
}

export interface Holder {
  readonly name: string
  readonly pid: number
}

/**
 * One line of `ss -H -n -O -t -u`, with `-E` for a socket that is gone and `-l` for one that is there:
 *
 *     tcp UNCONN 0      0      127.0.0.1:8080 0.0.0.0:*
 *     udp UNCONN 0      0      127.0.0.53%lo:53 0.0.0.0:* users:(("named",pid=7,fd=3))
 *     tcp LISTEN 0      511            *:80         *:*
 *
 * Undefined for what is none, or has a peer.
 */
export function parseSocketLine(line: string): ListedSocket | undefined {
  const [, protocol, local = '', port, peer, users = ''] = linePattern.exec(line) ?? []
  if ((protocol !== 'tcp' && protocol !== 'udp') || !peer?.endsWith(':*')) return undefined
  const number = Number(port)
  if (number < 1 || number > 65_535) return undefined
  const place = placeOf(local.replace(/%.*$/, '').replace(/^\[(.*?)\]?$/, '$1'))
  return place && { protocol, port: number, ...place, holders: holdersOf(users) }
}

const linePattern = /^(\w+)\s+\S+\s+-?\d+\s+-?\d+\s+(\S+):(\d+)\s+(\S+)(?:\s+(.*))?$/

function placeOf(local: string): Pick<LocalSocket, 'address' | 'family'> | undefined {
  if (local === '*') return { address: null, family: 'any' }
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(local)?.[1]
  const parsed = parseAddress(mapped ?? local)
  if (parsed === undefined) return undefined
  const unspecified = parsed.text === '0.0.0.0' || parsed.text === '::'
  return { address: unspecified ? null : parsed.text, family: parsed.family }
}

function holdersOf(users: string): Holder[] {
  const holders = new Map<number, Holder>()
  for (const [, name = '', pid] of users.matchAll(/\("((?:[^"\\]|\\.)*)",pid=(\d+),fd=\d+\)/g)) {
    holders.set(Number(pid), { name, pid: Number(pid) })
  }
  return [...holders.values()]
}

/**
 * Sockets of these ports that have no peer. The peer comes first: it tells almost all others apart at once, and with it
 * alone `ss` needs the same time for thousands of ports as for one.
 */
export function listenerFilter(ports: Iterable<number>): string {
  return `( dport = :0 and ( ${[...ports].map((port) => `sport = :${port}`).join(' or ')} ) )`
}
