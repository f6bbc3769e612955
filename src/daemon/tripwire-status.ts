import { serves, type Listener, type TripwireStatus } from '../domain/tripwire.js'
import type { ListenerWatchState } from '../kernel/listener-watch.js'
import type { Holder, ListedSocket } from '../kernel/socket-line.js'

export interface TripwireFacts {
  /** By `tripwires.enabled`, and by the check's own `tripwire`. */
  readonly enabled: boolean
  readonly wanted: boolean
  /** Whether the service is on this host, as far as its address tells. */
  readonly local: boolean
  readonly watch: ListenerWatchState
  /** What listened when that was last looked at; null when nobody has looked yet, or could. */
  readonly seen: readonly ListedSocket[] | null
  /** On the monotonic clock. */
  readonly now: number
}

/** Whether the kernel's notice will come for a listener, and why not. */
export function tripwireStatus(listener: Listener, facts: TripwireFacts): TripwireStatus {
  const { enabled, wanted, local, watch, seen, now } = facts
  if (!enabled) return { state: 'off', detail: 'tripwires.enabled is false: it polls' }
  if (!wanted) return { state: 'off', detail: 'its tripwire is false: it polls' }
  if (!local) {
    return { state: 'not-local', detail: `${listener.host} is not known to be an address of this host: it polls` }
  }
  switch (watch.kind) {
    case 'idle':
    case 'starting':
      return { state: 'arming', detail: 'the watcher is about to start' }
    case 'suspended':
      return { state: 'suspended', detail: suspendedInWords(watch, now) }
    case 'unavailable':
      return { state: 'unavailable', detail: `${watch.why}: it polls` }
    case 'watching':
      return seen === null ? { state: 'arming', detail: 'nobody has looked yet what listens' } : armed(listener, seen)
  }
}

function armed(listener: Listener, seen: readonly ListedSocket[]): TripwireStatus {
  const { protocol, port } = listener
  const sockets = seen.filter((socket) => serves(socket, listener))
  if (sockets.length === 0) {
    const detail = `no ${protocol} socket listens on port ${port} in this network namespace: it polls`
    return { state: 'no-listener', detail }
  }
  const outlived = sockets.map(({ holders }) => outlivedBy(holders)).find((holder) => holder !== null)
  if (outlived !== undefined) return { state: 'held', detail: outlived }
  return { state: 'armed', detail: `the end of what listens on ${protocol} port ${port} triggers a probe` }
}

/** The kernel tells that a socket is gone when its last holder lets go of it. */
function outlivedBy(holders: readonly Holder[]): string | null {
  const activator = holders.find(({ name, pid }) => pid === 1 || name === 'systemd')
  if (activator !== undefined) return `${activator.name} holds the socket itself (socket activation): it polls`
  if (holders.length < 2) return null
  const names = [...new Set(holders.map(({ name }) => name))].join(', ')
  return `${holders.length} processes share the socket (${names}): the notice comes when the last of them ends`
}

function suspendedInWords({ cpu, until }: Extract<ListenerWatchState, { kind: 'suspended' }>, now: number): string {
  const left = Math.max(0, Math.ceil((until - now) / 1000))
  return `watching took ${percent(cpu)} of a core, more than tripwires.maxCpu: polling at fastInterval for ${left} s more`
}

export function percent(part: number): string {
  return `${Math.round(part * 100)} %`
}
