import { isIPv6 } from 'node:net'
import type { LabNode } from '../lab/node.js'
import { Transfer, transferPort } from '../story/transfer.js'
import type { MultiHomedWorld, Server } from './multi-homed-world.js'

/** The transfers from one server: from its VIPs, by way of r1, and from the address of the NIC that is at r1. */
export interface Transfers {
  readonly server: Server
  readonly ipv4: Transfer
  readonly ipv6: Transfer
  readonly own: Transfer
}

/** Milliseconds without a byte after which the clients give up. */
export interface Patience {
  readonly vips: number
  readonly own: number
}

export async function openTransfers({ lab }: MultiHomedWorld, server: Server, patience: Patience): Promise<Transfers> {
  const client = lab.node('client')
  const throughR1 = async (address: string): Promise<Transfer> => {
    const localPort = await portThroughR1(lab.node('far'), server.host.node, address)
    return Transfer.start({ client, address, localPort, patience: patience.vips })
  }
  const [vip4, vip6] = server.shop.vips
  const [ipv4, ipv6, own] = await Promise.all([
    throughR1(vip4),
    throughR1(vip6),
    Transfer.start({ client, address: server.own, patience: patience.own }),
  ])
  return { server, ipv4, ipv6, own }
}

export async function stopTransfers({ ipv4, ipv6, own }: Transfers): Promise<void> {
  await Promise.all([ipv4, ipv6, own].map((transfer) => transfer.stop()))
}

const clients = { ipv4: '198.18.0.10', ipv6: '2001:db8:c::10' } as const

/** Ports of the client that were not used before, below those that its kernel gives to other connections. */
const ports = { next: 20_000, atOnce: 40 }

/**
 * A port of the client for which the server answers by r1, and the far router asks by r1 as well if there is one: all nodes
 * are one machine with one hash, so there is none when the two list r1 and r2 in different order.
 */
async function portThroughR1(far: LabNode, server: LabNode, vip: string): Promise<number> {
  const client = isIPv6(vip) ? clients.ipv6 : clients.ipv4
  const first = ports.next
  ports.next += ports.atOnce
  const candidates = Array.from({ length: ports.atOnce }, (_, index) => first + index)
  const asked = candidates.map(
    (port) => `${vip} from ${client} iif eth1 ipproto tcp sport ${port} dport ${transferPort}`,
  )
  const answered = candidates.map((port) => `${client} from ${vip} ipproto tcp sport ${transferPort} dport ${port}`)
  const [there, back] = await Promise.all([interfaces(far, asked), interfaces(server, answered)])
  const answeredByR1 = candidates.filter((_, index) => back[index] === 'eth1')
  const found = answeredByR1.find((port) => there[port - first] === 'eth2') ?? answeredByR1[0]
  if (found === undefined) throw new Error(`${server.name} answers no port of the client from ${vip} through r1`)
  return found
}

/** The interface by which each of these packets would leave. */
async function interfaces(node: LabNode, packets: readonly string[]): Promise<string[]> {
  const input = packets.map((packet) => `route get ${packet}\n`).join('')
  const lines = (await node.output(['ip', '-oneline', '-batch', '-'], { input })).trim().split('\n')
  return lines.map((line) => / dev (\S+)/.exec(line)?.[1] ?? '')
}
