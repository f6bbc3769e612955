import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'

import type { ListenProbe } from '../../src/domain/config.js'
import { probing } from './probing.js'

/** Listens as is asked for, given as JSON, then sends each probe and prints its result. */
export interface Scene {
  readonly sockets: readonly {
    readonly protocol: 'tcp' | 'udp'
    readonly host: string
    readonly port: number
    readonly v6only?: boolean
  }[]
  readonly probes: readonly Omit<ListenProbe, 'type'>[]
}

const { sockets, probes } = JSON.parse(process.argv[2] ?? '') as Scene
for (const { protocol, host, port, v6only = false } of sockets) {
  if (protocol === 'tcp') {
    await once(createServer().listen({ host, port, ipv6Only: v6only }), 'listening')
  } else {
    const socket = createSocket({ type: host.includes(':') ? 'udp6' : 'udp4', ipv6Only: v6only })
    await once(socket.bind(port, host), 'listening')
  }
}
for (const probe of probes) console.log(await probing({ type: 'listen', ...probe }))
process.exit(0)
