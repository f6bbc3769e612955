import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** A TCP port on the loopback that leads to a Unix socket, and the troubles of a network on the way. */
export interface Relay {
  readonly port: number
  /** Connections that are open now carry nothing any more, and stay open; new ones work. */
  stall(): void
  /** Connections that are open now end. */
  cut(): void
  /** How many connections were opened so far. */
  readonly opened: number
  close(): void
}

export async function openRelay(path: string): Promise<Relay> {
  const open = new Set<readonly [Socket, Socket]>()
  let opened = 0
  const server = createServer((client) => {
    opened += 1
    const daemon = connect(path)
    const pair = [client, daemon] as const
    open.add(pair)
    client.pipe(daemon).pipe(client)
    for (const [one, other] of [pair, [daemon, client]] as const) {
      one.on('error', () => {})
      one.on('close', () => {
        other.destroy()
        open.delete(pair)
      })
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const cut = (): void => {
    for (const [client] of open) client.destroy()
  }
  return {
    port: (server.address() as AddressInfo).port,
    stall: () => {
      for (const [client, daemon] of open) {
        client.unpipe().pause()
        daemon.unpipe().pause()
      }
    },
    cut,
    get opened() {
      return opened
    },
    close: () => {
      cut()
      server.close()
    },
  }
}
