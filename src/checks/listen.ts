import { parseAddress, type Address } from '../domain/address.js'
import type { ListenProbe } from '../domain/config.js'
import type { Finding, Prober, ProbeKind, ProbeTools } from './probe.js'
import { aborted, passed, refused, sharedBy, untested } from './probe.js'
import { SharedAnswer } from './shared-answer.js'
import {
  addressText,
  anyIpv4,
  anyIpv6,
  kernelAddress,
  kernelMappedAddress,
  kernelPort,
  readSocketTable,
  type ListeningSocket,
  type SocketTable,
  type SocketTableName,
} from './socket-table.js'
import { createV6Only } from './v6only.js'

/**
 * Passes when a socket listens on the port, by the kernel's own table: on the address, or on all addresses. One on `::`
 * takes IPv4 as well unless it says otherwise. Nothing is sent: a process that hangs goes on listening.
 *
 * | what the table has                  | result                                                            |
 * |-------------------------------------|-------------------------------------------------------------------|
 * | such a socket                       | pass: listens on [::]:53                                          |
 * | none on the port                    | fail: nobody listens on port 53                                   |
 * | one on the port at another address  | fail: nobody listens on 203.0.113.53:53, only on 127.0.0.1:53     |
 * | it can't be read, nor `ss` be asked | unknown: the table of sockets can not be read: …                  |
 */
export const listen: ProbeKind<ListenProbe> = {
  target: () => null,
  create: (probe, tools) => createListenProber(probe, tools),
}

/**
 * Checks that fall due within so many milliseconds share one reading of a table. No more than that: a probe that follows the
 * notice that a socket is gone must not see what was there before.
 */
const instant = 1

const tablesOf = sharedBy(({ clock }): Record<SocketTableName, SharedAnswer<SocketTable>> => {
  const table = (name: SocketTableName): SharedAnswer<SocketTable> =>
    new SharedAnswer(() => readSocketTable(name), clock)
  return { tcp: table('tcp'), tcp6: table('tcp6'), udp: table('udp'), udp6: table('udp6') }
})

const v6OnlyOf = sharedBy(({ runner }) => createV6Only(runner))

interface Seen extends ListeningSocket {
  readonly family: 'ipv4' | 'ipv6'
}

function createListenProber(probe: ListenProbe, tools: ProbeTools): Prober {
  const { port, protocol } = probe
  const wanted = probe.address === null ? null : (parseAddress(probe.address) ?? null)
  const tables = tablesOf(tools)

  const socketsOnPort = async (maxAge: number, signal: AbortSignal): Promise<Seen[] | null> => {
    const [four, six] = await Promise.all([
      tables[protocol].get(maxAge, signal),
      tables[`${protocol}6`].get(maxAge, signal),
    ])
    if (four === null || six === null) return null
    const of = (table: SocketTable, family: Seen['family']): Seen[] =>
      (table.get(kernelPort(port)) ?? []).map((socket) => ({ ...socket, family }))
    return [...of(four, 'ipv4'), ...of(six, 'ipv6')]
  }
  const covers = async (socket: Seen, signal: AbortSignal): Promise<boolean> => {
    const cover = coverage(socket, wanted)
    if (cover !== 'ask') return cover
    return (await v6OnlyOf(tools).ask(protocol, port, socket.inode, signal)) === false
  }
  const look = async (maxAge: number, signal: AbortSignal): Promise<Finding> => {
    const sockets = await socketsOnPort(maxAge, signal)
    if (sockets === null) return aborted('no table of sockets')
    for (const socket of sockets) if (await covers(socket, signal)) return passed(`listens on ${place(socket, port)}`)
    return refused(nobody(wanted, port, sockets))
  }

  return {
    probe: async (signal) => {
      try {
        const first = await look(instant, signal)
        // The kernel hands a table out in pieces: a change between two of them can hide a socket from one reading.
        return first.outcome === 'fail' ? await look(anew, signal) : first
      } catch (error) {
        if (signal.aborted) return aborted('no table of sockets')
        return untested(`the table of sockets can not be read: ${(error as Error).message}`)
      }
    },
    close: () => {},
  }
}

/** No answer is that young. */
const anew = -1

/** Whether a socket takes what is sent to the address; `ask`: IPv4 too, unless the socket was told not to. */
function coverage({ family, address }: Seen, wanted: Address | null): boolean | 'ask' {
  if (wanted === null) return true
  if (family === 'ipv4') return wanted.family === 'ipv4' && (address === anyIpv4 || address === kernelAddress(wanted))
  if (wanted.family === 'ipv6') return address === anyIpv6 || address === kernelAddress(wanted)
  return address === anyIpv6 ? 'ask' : address === kernelMappedAddress(wanted) || address === mappedAny
}

const mappedAny = kernelMappedAddress({ family: 'ipv4', text: '0.0.0.0' })

function nobody(wanted: Address | null, port: number, sockets: readonly Seen[]): string {
  if (wanted === null) return `nobody listens on port ${port}`
  const there = sockets.slice(0, 3).map((socket) => place(socket, port))
  return `nobody listens on ${hostPort(wanted.text, port)}${there.length === 0 ? '' : `, only on ${there.join(', ')}`}`
}

function place({ address }: Seen, port: number): string {
  return hostPort(addressText(address), port)
}

function hostPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}
