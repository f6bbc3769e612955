import type { LabNode } from '../../../testnet/lab/node.js'
import { lineSplitter } from '../../../testnet/observe/lines.js'
import { listensToKernel } from '../../../testnet/observe/route-events.js'
import { waitFor, type WaitOptions } from '../../../testnet/observe/wait.js'

/** An address that came to an interface of a node, or left it. */
export interface AddressEvent {
  /** When iproute2 got it from the kernel, as RouteEvent.at. */
  readonly at: number
  /** With its length: `203.0.113.80/32`. */
  readonly address: string
  readonly kind: 'bound' | 'unbound'
}

/** The addresses of a node's interfaces, as they change. Resolves when it listens. */
export async function followAddresses(node: LabNode): Promise<AddressEvents> {
  const events = new AddressEvents()
  const onStdout = lineSplitter((lines) => events.add(lines))
  const monitor = await node.spawn(['ip', '-tshort', '-oneline', 'monitor', 'address'], { onStdout })
  await waitFor(() => listensToKernel(monitor), { what: `${node.name}: ip monitor listens` })
  return events
}

export class AddressEvents {
  /** All so far, oldest first. */
  readonly all: AddressEvent[] = []

  /** The first event, past or to come, that fits. */
  waitFor(fits: (event: AddressEvent) => boolean, options: WaitOptions): Promise<AddressEvent> {
    return waitFor(() => this.all.find(fits), { explain: () => `seen: ${JSON.stringify(this.all)}`, ...options })
  }

  /** For followAddresses: lines of `ip monitor`. */
  add(lines: readonly string[]): void {
    for (const line of lines) {
      const [, stamp, micros, deleted, address] =
        /^\[(\S+)\.(\d{6})\] (Deleted )?\d+: \S+\s+inet6? (\S+)/.exec(line) ?? []
      if (stamp === undefined || address === undefined) continue
      // The node's time zone is UTC.
      const at = Date.parse(`${stamp}Z`) + Number(micros) / 1000
      this.all.push({ at, address, kind: deleted === undefined ? 'bound' : 'unbound' })
    }
  }
}
