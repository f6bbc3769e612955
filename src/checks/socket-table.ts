import { open } from 'node:fs/promises'
import { endianness } from 'node:os'

import { addressBytes, parseAddress, type Address } from '../domain/address.js'

/** A socket that takes what comes from anybody. */
export interface ListeningSocket {
  /** In the kernel's own notation, as of `kernelAddress`. */
  readonly address: string
  /** Identity of the socket as long as it lives. */
  readonly inode: string
}

/** By port in the kernel's own notation, as of `kernelPort`. */
export type SocketTable = ReadonlyMap<string, readonly ListeningSocket[]>

/** The kernel's tables of sockets. Those for IPv6 hold what accepts IPv4 as well. */
export const socketTables = ['tcp', 'tcp6', 'udp', 'udp6'] as const

export type SocketTableName = (typeof socketTables)[number]

/** TCP_LISTEN; and TCP_CLOSE, which is the state of a UDP socket without a peer (include/net/tcp_states.h). */
const listening = { tcp: '0A', tcp6: '0A', udp: '07', udp6: '07' } as const

/**
 * Reads /proc/net/tcp and the like, piece by piece as the kernel hands it out, so that it never holds the event loop. TCP
 * puts the listening sockets first: the rest, which may be a hundred thousand connections, is not read.
 */
export async function readSocketTable(name: SocketTableName, folder = '/proc/net'): Promise<SocketTable> {
  const table = new Map<string, ListeningSocket[]>()
  let rest = ''
  for await (const piece of pieces(`${folder}/${name}`)) {
    const lines = `${rest}${piece}`.split('\n')
    rest = lines.pop() ?? ''
    if (!addRows(table, lines, name)) break
  }
  return table
}

const pieceSize = 64 * 1024

async function* pieces(path: string): AsyncGenerator<string> {
  const handle = await open(path).catch(absentWithoutIpv6)
  if (handle === null) return
  try {
    const buffer = Buffer.alloc(pieceSize)
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, pieceSize, null)
      if (bytesRead === 0) return
      yield buffer.toString('latin1', 0, bytesRead)
    }
  } finally {
    await handle.close()
  }
}

function absentWithoutIpv6(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null
  throw error
}

/** Whether more may follow. */
function addRows(table: Map<string, ListeningSocket[]>, lines: readonly string[], name: SocketTableName): boolean {
  for (const line of lines) {
    const row = parseSocketRow(line)
    if (row === null) continue
    if (row.state === listening[name]) {
      const { address, inode } = row
      const others = table.get(row.port)
      if (others === undefined) table.set(row.port, [{ address, inode }])
      else others.push({ address, inode })
    } else if (name === 'tcp' || name === 'tcp6') {
      return false
    }
  }
  return true
}

export interface SocketRow extends ListeningSocket {
  readonly port: string
  readonly state: string
}

const rowPattern =
  /^ *\d+: ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) [0-9A-F]+:[0-9A-F]{4} ([0-9A-F]{2}) \S+ \S+ \S+ +\d+ +\d+ (\d+) /

/** One row of /proc/net/{tcp,tcp6,udp,udp6} (proc(5)); null for the heading, and for what is none. */
export function parseSocketRow(line: string): SocketRow | null {
  const [, address, port, state, inode] = rowPattern.exec(line) ?? []
  if (address === undefined || port === undefined || state === undefined || inode === undefined) return null
  return { address, port, state, inode }
}

export function kernelPort(port: number): string {
  return port.toString(16).toUpperCase().padStart(4, '0')
}

/** An address as these tables have it: words of 32 bits, each printed as a number of this machine. */
export function kernelAddress(address: Address): string {
  return kernelHex(addressBytes(address))
}

/** An IPv4 address as a socket for IPv6 has it (RFC 4291 section 2.5.5.2). */
export function kernelMappedAddress(address: Address): string {
  return kernelHex(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, ...addressBytes(address)))
}

export const anyIpv4 = '0'.repeat(8)
export const anyIpv6 = '0'.repeat(32)

/** For a person: `127.0.0.1`, `::`, `::ffff:127.0.0.1`. */
export function addressText(kernel: string): string {
  const bytes = wordwise([...Buffer.from(kernel, 'hex')])
  if (bytes.length === 4) return bytes.join('.')
  const groups = Array.from({ length: 8 }, (_, n) => ((bytes[2 * n] ?? 0) * 256 + (bytes[2 * n + 1] ?? 0)).toString(16))
  return parseAddress(groups.join(':'))?.text ?? `::ffff:${bytes.slice(12).join('.')}`
}

function kernelHex(bytes: Uint8Array): string {
  return Buffer.from(wordwise([...bytes]))
    .toString('hex')
    .toUpperCase()
}

/** To the order of bytes of this machine, and back. */
function wordwise(bytes: readonly number[]): number[] {
  if (endianness() === 'BE') return [...bytes]
  return bytes.map((_, n) => bytes[n - (n % 4) + (3 - (n % 4))] ?? 0)
}
