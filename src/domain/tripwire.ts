import { parseAddress, type Address } from './address.js'
import type { Probe } from './config.js'

/** A listening socket that a check depends on. */
export interface Listener {
  readonly protocol: 'tcp' | 'udp'
  /** As the check has it: an address or a name; null: whatever listens on the port. */
  readonly host: string | null
  readonly port: number
}

/** A socket of this host, by its own address. */
export interface LocalSocket {
  readonly protocol: 'tcp' | 'udp'
  /** Null: every address of its family. `any`: of both. */
  readonly address: string | null
  readonly family: 'ipv4' | 'ipv6' | 'any'
  readonly port: number
}

/**
 * `armed`: the kernel's notice triggers a probe. All others poll:
 *
 * - `off`: by the configuration
 * - `arming`: the watcher is about to start
 * - `not-local`: the service is not known to run on this host
 * - `no-listener`: nothing listens there in this network namespace
 * - `held`: the socket outlives the service, because others hold it too
 * - `suspended`: watching cost too much
 * - `unavailable`: this host can't watch, or not now
 */
export type TripwireState =
  | 'armed'
  | 'off'
  | 'arming'
  | 'not-local'
  | 'no-listener'
  | 'held'
  | 'suspended'
  | 'unavailable'

export interface TripwireStatus {
  readonly state: TripwireState
  /** One sentence without its end, for a person. */
  readonly detail: string
}

/** The listening socket whose end says that the service is gone; null for kinds that have none. */
export function watchedListener(probe: Probe): Listener | null {
  switch (probe.type) {
    case 'tcp':
    case 'tls':
    case 'grpc':
    case 'agent':
      return { protocol: 'tcp', host: probe.host, port: probe.port }
    case 'udp':
      return { protocol: 'udp', host: probe.host, port: probe.port }
    case 'dns':
      return { protocol: probe.transport, host: probe.host, port: probe.port }
    case 'http':
      return ofUrl(new URL(probe.url))
    case 'listen':
      return { protocol: probe.protocol, host: probe.address, port: probe.port }
    case 'file':
    case 'systemd':
    case 'bgp':
    case 'load':
    case 'exec':
    case 'ping':
      return null
  }
}

function ofUrl({ hostname, port, protocol }: URL): Listener {
  const standard = protocol === 'https:' ? 443 : 80
  return {
    protocol: 'tcp',
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? standard : Number(port),
  }
}

/** How the host of a check is known to be this one: by the loopback, or by an address that it has to hold. */
export function localTarget(host: string): 'loopback' | Address | null {
  if (/^(.+\.)?localhost\.?$/i.test(host)) return 'loopback' // RFC 6761 section 6.3
  const address = parseAddress(host)
  if (address === undefined) return null
  // A connection to the unspecified address goes to the loopback.
  return /^127\.|^0\.0\.0\.0$|^::1?$/.test(address.text) ? 'loopback' : address
}

/** Whether the socket is one that a connection to the listener could have reached. */
export function serves(socket: LocalSocket, { protocol, host, port }: Listener): boolean {
  if (socket.protocol !== protocol || socket.port !== port) return false
  if (host === null) return true
  const target = parseAddress(host)
  if (target === undefined) return socket.address === null || localTarget(socket.address) === 'loopback'
  if (socket.address !== null) return socket.address === target.text || unspecified(target)
  return socket.family === 'any' || socket.family === target.family
}

function unspecified({ text }: Address): boolean {
  return text === '0.0.0.0' || text === '::'
}
